"""The web part: hands out bytes that are ready and never talks to Ceph."""
