"""A hook of mkdocs: adds the documents outside of docs/ to the site and adapts relative links.

The documents are written for the forge, where links are relative to the file that contains them. A
link to a file that is no page of the site leads to the repository.
"""  # noqa: INP001 - mkdocs loads it by its path

import re
from pathlib import Path, PurePosixPath
from posixpath import normpath

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parent.parent
# Page of the site -> its file. All other pages are in docs/.
OUTSIDE = {
    "index.md": "README.md",
    "changelog.md": "CHANGELOG.md",
    "contributing.md": "CONTRIBUTING.md",
    "security.md": "SECURITY.md",
    "deploy.md": "deploy/README.md",
    "kubernetes.md": "deploy/kubernetes/README.md",
}
_PAGES = {file: page for page, file in OUTSIDE.items()}
# The target of a link without a scheme, and its anchor.
_LINK = re.compile(r"\]\((?![a-z]+:)([^)#\s]+)(#[^)\s]*)?\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the documents outside of docs/."""
    for page, file in OUTSIDE.items():
        files.append(File.generated(config, page, abs_src_path=str(ROOT / file)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Return the text of a page with links that work on the site."""
    file = OUTSIDE.get(page.file.src_uri, f"docs/{page.file.src_uri}")

    def link(match: re.Match[str]) -> str:
        target, anchor = match[1], match[2] or ""
        path = normpath(PurePosixPath(file).parent / target)
        uri = _PAGES.get(path, path.removeprefix("docs/"))
        if files.get_file_from_path(uri):
            return f"]({uri}{anchor})"
        kind = "tree" if (ROOT / path).is_dir() else "blob"
        return f"]({config.repo_url}/{kind}/main/{path}{anchor})"

    return _LINK.sub(link, markdown)
