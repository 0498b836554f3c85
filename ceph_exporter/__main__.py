"""Starts the command `ceph_exporter`, also as `python -m ceph_exporter`."""

import os
import sys

_MULTIPROCESS = ("PROMETHEUS_MULTIPROC_DIR", "prometheus_multiproc_dir")


def main() -> int:
    """Run the command in the process' arguments; return its exit code.

    prometheus-client chooses where numbers are stored when it is imported. These variables, meant
    for other programs on the host, would make it store them in files.
    """
    for name in _MULTIPROCESS:
        os.environ.pop(name, None)
    from ceph_exporter import cli  # noqa: PLC0415 - imports prometheus-client

    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
