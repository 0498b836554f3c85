"""Lets `python -m ceph_exporter` run the command `ceph_exporter`."""

import sys

from ceph_exporter.cli import main

sys.exit(main())
