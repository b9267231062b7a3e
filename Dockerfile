# nlp-cx as an image: any command of it; compose.yaml runs serve and work on PostgreSQL.
# Two stages: the first builds a wheel with the model in it, the second holds only what runs.
FROM python:3.12-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY nlp_cx nlp_cx
COPY models models
RUN pip install --no-cache-dir build==1.3.0 && python -m build --wheel --outdir /wheels \
    && python -m venv /opt/nlp_cx && /opt/nlp_cx/bin/pip install --no-cache-dir "$(ls /wheels/*.whl)[postgres]"

FROM python:3.12-slim
RUN useradd --create-home --uid 10001 nlp && install --directory --owner nlp --group nlp /data
COPY --from=build /opt/nlp_cx /opt/nlp_cx
ENV PATH=/opt/nlp_cx/bin:$PATH PYTHONUNBUFFERED=1 NLP_CX_HOME=/data
USER nlp
WORKDIR /data
VOLUME /data
EXPOSE 8000
ENTRYPOINT ["nlp-cx"]
CMD ["--help"]
