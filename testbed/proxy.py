"""nginx and haproxy, as packaged by Debian, in front of Ceph's dashboards."""

from __future__ import annotations

import shutil
import ssl
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx

from testbed.process import ENVIRONMENT, Daemon, Service, free_port
from testbed.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from testbed.ceph import CephCluster

_NGINX = """\
user root;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  upstream mgrs {{ {servers} }}
  upstream first {{ {first} }}
  server {{
    listen 127.0.0.1:{tls} ssl;
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    proxy_ssl_verify off;
    proxy_ssl_protocols TLSv1.2 TLSv1.3;  # the dashboard requires 1.3
    # Like the gateway of cephadm: if a standby answers with an error, ask the next mgr.
    location /ceph/ {{
      proxy_pass https://mgrs/;
      proxy_next_upstream error timeout http_502 http_503 non_idempotent;
    }}
    # Like an ingress whose backend is unavailable.
    location /ingress/ {{
      proxy_pass https://first/;
      proxy_intercept_errors on;
      error_page 500 502 503 504 =404 /default;
    }}
    location /default {{ internal; default_type text/plain; return 404 "default backend - 404"; }}
    location /login/ {{ return 302 https://sso.example/realms/x?client_id=ceph&token=t0k3n; }}
  }}
  server {{
    listen 127.0.0.1:{plain};
    return 301 https://127.0.0.1$request_uri;
  }}
}}
"""
_HAPROXY = """\
defaults
  mode tcp
  timeout connect 2s
  timeout client 30s
  timeout server 30s
listen each
  bind 127.0.0.1:{each}
  balance roundrobin
{servers}
listen checked
  bind 127.0.0.1:{checked} ssl crt {bundle}
  mode http
  option httpchk GET /
  http-check expect status 200
  default-server check inter 1s fall 1 rise 1 ssl verify none
{servers}
"""


def missing() -> str | None:
    """Return which of the programs are missing, or None if both are installed."""
    path = ENVIRONMENT["PATH"]
    programs = [name for name in ("haproxy", "nginx") if shutil.which(name, path=path) is None]
    return f"not installed: {', '.join(programs)}" if programs else None


class Proxies(Service):
    """nginx and haproxy in front of a cluster's dashboards. The attributes are their URLs.

    - prefix: nginx terminates TLS, serves a path, and asks the next mgr after a 502 or 503.
    - ingress: nginx asks only mgr x, and answers with a 404 of its own while x is unavailable.
    - login, upgrade: nginx redirects to a login page, and from HTTP to HTTPS.
    - balanced: haproxy passes TLS connections to the mgrs in turn, without health checks.
    - checked: haproxy terminates TLS and passes requests to a mgr that answers 200 at /.
    """

    def __init__(self, folder: Path, cluster: CephCluster) -> None:
        self._folder = folder
        self._cluster = cluster
        self._daemons: list[Daemon] = []
        tls, plain, each, checked = (free_port() for _ in range(4))
        self.prefix = f"https://127.0.0.1:{tls}/ceph"
        self.ingress = f"https://127.0.0.1:{tls}/ingress"
        self.login = f"https://127.0.0.1:{tls}/login"
        self.upgrade = f"http://127.0.0.1:{plain}"
        self.balanced = f"https://127.0.0.1:{each}"
        self.checked = f"https://127.0.0.1:{checked}"
        mgrs = [urlsplit(url).netloc for url in cluster.dashboard_urls]
        nginx = _NGINX.format(
            folder=folder,
            # nginx keeps asking a mgr, however often it failed.
            servers=" ".join(f"server {mgr} max_fails=0;" for mgr in mgrs),
            first=f"server {mgrs[0]} max_fails=0;",
            tls=tls,
            plain=plain,
            certificate=cluster.ca_file,
            key=cluster.key_file,
        )
        servers = "\n".join(f"  server mgr{index} {mgr}" for index, mgr in enumerate(mgrs))
        bundle = folder / "bundle.pem"
        bundle.write_text(cluster.ca_file.read_text() + cluster.key_file.read_text())
        haproxy = _HAPROXY.format(each=each, checked=checked, servers=servers, bundle=bundle)
        self._configurations = {"nginx": nginx, "haproxy": haproxy}

    def start(self) -> None:
        """Start both proxies and wait until they accept connections."""
        for name, text in self._configurations.items():
            (self._folder / f"{name}.conf").write_text(text)
        self._start("nginx", "nginx", "-c", f"{self._folder}/nginx.conf", "-g", "daemon off;")
        self._start("haproxy", "haproxy", "-db", "-f", f"{self._folder}/haproxy.conf")
        wait_until(self._listen, "answers of the proxies", 30, self._logs())

    def stop(self) -> None:
        """Stop both proxies."""
        while self._daemons:
            self._daemons.pop().stop()

    def _start(self, name: str, *command: str) -> None:
        self._daemons.append(Daemon(*command, log=self._folder / f"{name}.log"))

    def _listen(self) -> bool:
        context = ssl.create_default_context(cafile=self._cluster.ca_file)
        for url in (f"{self.prefix}/", f"{self.checked}/"):
            httpx.get(url, verify=context, trust_env=False)
        return True

    def _logs(self) -> Sequence[Path]:
        return [path for path in self._folder.glob("*.log") if path.name != "exporter.log"]
