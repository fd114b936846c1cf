"""What people mistype at the command line is told in one line, with status 1 and nothing on the standard output."""

from __future__ import annotations

import pytest

from vizavi.cli import main

pytestmark = pytest.mark.django_db(transaction=True)

MISTAKES = [
    "", "nonsense", "user", "user add", "user add bad --role manager", "user add a@b.ru --role king", "user add a@b.ru",
    "user password nobody@example.org", "token nobody@example.org", "import companies /nope.csv", "import nonsense x.csv",
    "export nonsense", "export companies --as nobody@example.org", "export companies --format odt", "backup /nope/x.zip",
    "restore /etc/passwd", "serve --port many", "serve --port 99999999", "worker --fast", "demo --lang fr",
]  # fmt: skip


@pytest.mark.parametrize("line", MISTAKES)
def test_a_mistake_is_one_line(line, capsys, monkeypatch, tmp_path, administrator):
    monkeypatch.setenv("VIZAVI_DATA", str(tmp_path))
    assert main(line.split()) == 1
    said = capsys.readouterr()
    assert said.err.startswith("vizavi: ") and said.err.count("\n") == 1 and len(said.err) < 400
    assert not said.out


@pytest.mark.parametrize("line", ["--help", "serve --help", "import --help", "user add --help"])
def test_help_is_help(line, capsys):
    with pytest.raises(SystemExit) as ended:
        main(line.split())
    assert ended.value.code == 0 and "usage: vizavi" in capsys.readouterr().out
