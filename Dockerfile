# Two stages: the first builds a wheel with the model in it, the second holds only what runs.
FROM python:3.12-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY nlp_cx nlp_cx
COPY models models
RUN pip install --no-cache-dir build==1.3.0 && python -m build --wheel --outdir /wheels \
    && python -m venv /opt/nlp_cx && /opt/nlp_cx/bin/pip install --no-cache-dir /wheels/*.whl

FROM python:3.12-slim
RUN useradd --create-home --uid 10001 nlp
COPY --from=build /opt/nlp_cx /opt/nlp_cx
ENV PATH=/opt/nlp_cx/bin:$PATH PYTHONUNBUFFERED=1
USER nlp
WORKDIR /data
HEALTHCHECK --interval=60s --timeout=30s CMD ["nlp-cx", "models", "list"]
ENTRYPOINT ["nlp-cx"]
CMD ["--help"]
