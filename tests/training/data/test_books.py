import gzip
from pathlib import Path

import pytest

import nbnas as nb
from nbnas.errors import DataError, NbnasError

SHARED = Path(__file__).parents[4] / "shared" / "data"
PLAY = "To be, or not to be, that is the question:\nWhether 'tis nobler in the mind\n" * 30


def same(a, b):
    return a.vocabulary == b.vocabulary and all(
        getattr(a, part).equal(getattr(b, part)) for part in ("train", "val", "test")
    )


def shared(name):
    if not (SHARED / name).exists():
        pytest.skip(f"needs {name} in ../shared/data")
    return SHARED / name


def test_the_parts_are_the_text_one_after_the_other():
    data = nb.from_text(PLAY, validation=0.2, test=0.1, name="Hamlet")
    parts = [data.decode(part) for part in (data.train, data.val, data.test)]
    assert "".join(parts) == PLAY
    assert [round(len(part) / len(PLAY), 2) for part in parts] == [0.7, 0.2, 0.1]
    assert data.classes == len(data.vocabulary) == len(set(PLAY))
    assert repr(data).startswith("Hamlet: 1,575 train, 450 validation, 225 test characters")


def test_a_file_says_what_its_text_says(tmp_path):
    path = tmp_path / "play.txt"
    path.write_bytes(b"\xef\xbb\xbf" + PLAY.replace("\n", "\r\n").encode())
    packed = tmp_path / "play.txt.gz"
    packed.write_bytes(gzip.compress(PLAY.encode()))
    latin = tmp_path / "latin.txt"
    latin.write_bytes((PLAY + "é").encode("latin-1"))
    text = nb.from_text(PLAY, name="play")
    for given in (path, str(path), packed, str(packed)):
        found = nb.from_text(given)
        assert same(found, text)
        assert (found.name, found.fingerprint) == ("play", text.fingerprint)
    assert same(nb.from_text(latin, encoding="latin-1"), nb.from_text(PLAY + "é"))


def test_no_word_is_cut():
    text = "somewhat longer words here " * 40
    data = nb.from_text(text, level="word", least=1)
    assert set(data.vocabulary) == {"<unk>", "<eos>", "somewhat", "longer", "words", "here"}
    assert 0 not in [*data.train, *data.val, *data.test]
    assert nb.from_text("word " * 60 + "rare " * 2, level="word").classes == 3


def test_words_may_stand_between_spaces_already():
    text = "a low @-@ cost <unk> thing .\n" * 20
    spaced = nb.from_text(text, level="word", spaced=True)
    assert {"@-@", "<unk>", "."} < set(spaced.vocabulary)
    assert "@-@" not in nb.from_text(text, level="word").vocabulary
    assert spaced.decode(spaced.encode("a low @-@ cost")) == "a low @-@ cost"


@pytest.mark.parametrize(
    ("text", "settings", "said"),
    [
        ("absent.txt", {}, "path of a file, or a text of at least 100 .*'absent.txt', .* no file"),
        (Path("absent.txt"), {}, "text file in utf-8, got 'absent.txt'"),
        (Path(), {}, "text file, got the folder '.'; give the path of a file"),
        (PLAY, {"level": "letter"}, '"character" or "word", got level=\'letter\''),
        (PLAY, {"validation": 0.6, "test": 0.4}, "leave something to train on"),
        (PLAY, {"validation": 10}, "above 0 and below 1"),
        (
            PLAY,
            {"validation": 1e-6},
            "at least 2 characters in the validation part, got 0",
        ),
        (PLAY, {"least": 2}, "no least for characters"),
        (PLAY, {"level": "word", "least": 0}, "whole number from 1"),
        (
            " ".join(map(str, range(99))),
            {"level": "word"},
            "words that come often enough .* lower least",
        ),
        ("word " * 60 + "x" * 80, {"level": "word"}, "2 words in the validation part, got 0"),
        ("a" * 200, {}, "expected different characters to foretell, got only 'a'"),
        ("\ud800" * 200, {}, "characters that can be written"),
        (b"bytes" * 100, {}, "path of a file.*or give the text itself"),
    ],
)
def test_what_is_no_text_is_refused(text, settings, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match=said):
        nb.from_text(text, **settings)


def test_a_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff" * 100)
    (tmp_path / "cut.gz").write_bytes(gzip.compress(PLAY.encode())[:-20])
    (tmp_path / "short.txt").write_text("short")
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "archive").write_bytes(b"PK\x03\x04\0\0" * 100)
    (tmp_path / "wide.txt").write_bytes(PLAY.encode("utf-16"))
    (tmp_path / "latin.txt").write_bytes((PLAY + "\u00e9").encode("latin-1"))
    for name, said in (
        ("photo.jpg", "utf-8"),
        ("cut.gz", "cut.gz"),
        ("short.txt", r"file '.*short\.txt' with 5; give another"),
        ("empty.txt", r"file '.*empty\.txt' with 0; give another"),
        ("archive", "characters of number 0; it seems to be no text"),
        ("wide.txt", 'UTF-16: give encoding="utf-16"'),
        ("latin.txt", 'such as encoding="latin-1"'),
    ):
        with pytest.raises(DataError, match=said):
            nb.from_text(tmp_path / name)
    with pytest.raises(NbnasError, match="utf-99"):
        nb.from_text(tmp_path / "short.txt", encoding="utf-99")


def test_tinyshakespeare_has_65_characters():
    data = nb.from_text(shared("tinyshakespeare.txt.gz"))
    assert (data.name, data.classes) == ("tinyshakespeare", 65)
    assert len(data.train) + len(data.val) + len(data.test) == 1_115_394


def test_wikitext2_has_the_published_sizes():
    data = nb.wikitext2(shared("wikitext2"))
    assert data.classes == 33_278
    assert [len(part) for part in (data.train, data.val, data.test)] == [
        *(2_088_628, 217_646, 245_569),
    ]
    assert data.decode(data.val[2:6]) == "Homarus gammarus =\n"


def test_wikitext2_is_found_under_its_other_names(tmp_path):
    for part in ("train", "valid", "test"):
        (tmp_path / f"wiki.{part}.tokens").write_text(f"the <unk> {part} .\n" * 5)
    data = nb.wikitext2(tmp_path)
    assert set(data.vocabulary) == {"<unk>", "<eos>", "the", "train", "."}
    assert len(data.train) == 25
    assert nb.wikitext2(tmp_path, level="character").level == "character"
    (tmp_path / "wiki.valid.tokens").unlink()
    with pytest.raises(
        DataError, match=r"expected one of valid\.raw, .* found none; get WikiText"
    ):
        nb.wikitext2(tmp_path)
