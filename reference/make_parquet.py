"""Parquet files as pandas and pyarrow write them, for the reader's tests.

    python make_parquet.py ../crates/data/tests/golden     (needs pandas and pyarrow)

The values are in the test (crates/data/tests/parquet.rs). Each file's own metadata says which versions wrote it.
"""

import os
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq


def main():
    out = lambda name: os.path.join(sys.argv[1], name + ".parquet")
    frame = pd.DataFrame(
        {
            "f64": [0.1, np.nan, -1e300],
            "f32": np.array([0.1, 2.5, np.nan], dtype=np.float32),
            "i64": np.array([1 << 53, -5, 0], dtype=np.int64),
            "u32": np.array([4294967295, 0, 1], dtype=np.uint32),
            "i8": np.array([-128, 127, 0], dtype=np.int8),
            "u64": pd.array([9, None, 1 << 53], dtype="UInt64"),
            "site": ["north", None, "süd, \"x\""],
            "old": [True, False, True],
        },
        index=pd.Index(["P1", "P2", "P3"], name="case_id"),
    )
    # The index is the last column of the file.
    frame.to_parquet(out("pandas_index"))
    # The case ids are a column, the index is a range and no column. Several row groups, dictionaries, pages of version 2, gzip.
    many = pd.DataFrame({"ID": np.arange(100, 110), "a": np.arange(10) / 4, "b": [None if i % 3 else i / 8 for i in range(10)]})
    options = {"row_group_size": 4, "data_page_version": "2.0", "compression": "gzip"}
    pq.write_table(pa.Table.from_pandas(many), out("row_groups"), **options)
    # What is refused.
    large = pa.table({"ID": ["P1", "P2"], "serial": pa.array([1, (1 << 53) + 1], pa.int64())})
    pq.write_table(large, out("large_integer"))
    dates = pa.table({"ID": ["P1"], "date": pa.array([0], pa.timestamp("us"))})
    pq.write_table(dates, out("timestamp"))
    nested = pa.table({"ID": ["P1"], "list": pa.array([[1.0, 2.0]])})
    pq.write_table(nested, out("nested"))
    pq.write_table(pa.table({"ID": ["P1"], "a": [1.0]}), out("zstd"), compression="zstd")


if __name__ == "__main__":
    main()
