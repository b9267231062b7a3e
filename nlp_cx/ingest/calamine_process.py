"""A program of its own: writes the sheets of a spreadsheet, or the rows of one sheet, as JSON lines.

calamine lays a sheet out from its first to its last cell, so a few bytes that put a cell far away can ask for more
memory than there is, and it then ends its process. That must be this one. `calamine.py` runs it.
"""

import json
import sys

MEMORY = 4 << 30
"""Bytes of address space it may take."""
SECONDS = 600
"""Processor time it may take."""


def main() -> None:
    """Write `{"name", "visible"}` for each sheet of argv[1], or the cells of each row of its sheet argv[2]."""
    try:
        import resource
    except ImportError:
        pass  # Windows knows no such limits
    else:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    import fastexcel

    book = fastexcel.read_excel(sys.argv[1])
    if len(sys.argv) == 2:
        for name in book.sheet_names:
            sheet = book.load_sheet(name, header_row=None, n_rows=0, dtypes="string")
            sys.stdout.write(json.dumps({"name": name, "visible": sheet.visible == "visible"}) + "\n")
    else:
        frame = book.load_sheet(sys.argv[2], header_row=None, skip_rows=0, dtypes="string").to_polars()
        sys.stdout.writelines(json.dumps(row) + "\n" for row in frame.iter_rows())


if __name__ == "__main__":
    main()
