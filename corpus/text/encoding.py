"""Bytes in, text out: byte-order marks, UTF-8, UTF-16, UTF-32 and the legacy encodings.

Nothing here knows about files; what a format declares about its own encoding is that format's business.
"""

from __future__ import annotations

import codecs
import logging
import re
import unicodedata

logger = logging.getLogger(__name__)

# UTF-32 first: its little-endian mark begins with the one of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What charset-normalizer may answer. Left to itself it reads short Western texts as EBCDIC or UTF-16.
_LEGACY = (
    "cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp874 koi8_r iso8859_2 cp932 gb18030 big5 cp949 euc_jp"
).split()
_WESTERN_LETTERS = frozenset("àâäáãåæçèéêëìíîïñòóôõöøùúûüÿœßªºÀÂÄÁÃÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜŸŒ")
_WESTERN_SIGNS = frozenset("“”„‘’‚–—…•€£¥¢©®™°§«»‹›¡¿·×±½¼¾²³¹µ¶\xa0\xad")
_OTHER_LATIN = frozenset(
    "Czech Slovak Polish Hungarian Romanian Croatian Slovene Turkish Lithuanian Estonian Latvian Vietnamese".split()
)
# The characters that make up about half of running text, per script.
_COMMON_CHINESE = frozenset(
    "的一是不了在人有我他中大上到子和你地出道也年得就那要下以生自着去之家可里心多天而能好都于起成事只作想看文手用主行"
    "方又如前所本面公同三已老今日月京海新民水，。、：；？！（）《》“”"
)
_SIMPLIFIED = "这来国个说们为时会过学对后么然没还发当无开见经头从动两长气关与实业"
_TRADITIONAL = "這來國個說們為時會過學對後麼沒還發當無開見經頭從動兩長氣關與實業"
_HANGUL = "이다는의에을를한가지고로은하기서어아사도자대인나일해시리정라보수부전그스세여안오조제장주국니"
_SAMPLE = 20_000


_UTF8_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")


def _as_western_byte(error: UnicodeError) -> tuple[str, int]:
    """Read the bytes that are no UTF-8 as cp1252; what is no letter there either becomes U+FFFD."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    piece = error.object[error.start : error.end]
    truncated = error.end == len(error.object) and error.reason == "unexpected end of data"
    text = piece.decode("cp1252", "replace")
    # What is no common letter or sign there is no more likely meant than anything else.
    known = all(c in _WESTERN_LETTERS or c in _WESTERN_SIGNS for c in text) and text != "ÿ"
    return (text if known and not truncated else "\ufffd" * len(text)), error.end


codecs.register_error("mixed-in-western", _as_western_byte)


def decode(data: bytes) -> str:
    """Return the text in ``data``, whatever common encoding it is in.

    A byte-order mark decides; then UTF-8 (a few other bytes in it are read as cp1252), UTF-16 and UTF-32 without
    a mark, and the legacy encodings.

    Raises:
        ValueError: the bytes are not text.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _checked(data[len(mark) :].decode(name, "replace"))
    if b"\0" in data:
        return _checked(_decode_wide(data))
    try:
        # ESC $ opens the Japanese mail encoding, which is valid ASCII otherwise.
        return _checked(data.decode("iso2022_jp" if b"\x1b$" in data else "utf-8"))
    except UnicodeDecodeError:
        pass
    repaired = data.decode("utf-8", "mixed-in-western")
    whole = len(_UTF8_SEQUENCE.findall(data))
    broken = len(re.findall(rb"[\x80-\xff]", _UTF8_SEQUENCE.sub(b"", data)))
    # Other encodings hardly ever look like UTF-8 by chance; a few bytes that were pasted in from another are read as
    # that, not all the rest.
    if whole >= broken:
        logger.warning("%d bytes in UTF-8 text were not UTF-8 and were read as Western European", broken)
        return _checked(repaired)
    return _checked(_decode_legacy(data))


def _checked(text: str) -> str:
    sample = text[:_SAMPLE]
    odd = sum(unicodedata.category(character) in {"Cc", "Co", "Cn"} for character in sample)
    odd -= sum(sample.count(character) for character in "\t\n\r\v\f\x1a\x85")
    if odd > 0.02 * len(sample) or "\0" in text:
        raise ValueError("control characters")
    return text


_LIVING = re.compile(
    "[\xa0-\u06ff\u2010-\u203a\u20ac\u2190-\u27bf\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff00-\uffef"
    "\U0001f000-\U0001faff]"
)


def _decode_wide(data: bytes) -> str:
    zeros = data.count(0) / len(data)
    sample = data[:_SAMPLE]
    small_letters = sum(97 <= byte < 123 or byte in b" \t\n\r" for byte in sample) / len(sample)
    if zeros < 0.2 and small_letters > 0.6 * (1 - zeros):
        raise ValueError("text with zero bytes in it")
    candidates = []
    for name in ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be"):
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        candidates.append((_wide_plausibility(text[:_SAMPLE]), text))
    best = max(candidates, key=lambda candidate: candidate[0], default=(0.0, ""))
    if best[0] < 0.7:
        raise ValueError("zero bytes")
    return best[1]


def _wide_plausibility(text: str) -> float:
    """Return how much of ``text`` is in living scripts; ASCII counts most, as swapped bytes never give it."""
    ascii_part = sum(character.isascii() and character != "\0" for character in text)
    return (ascii_part + 0.8 * len(_LIVING.findall(text))) / len(text)


def _decode_legacy(data: bytes) -> str:
    from charset_normalizer import from_bytes

    western = _as_western(data)
    if western and len(data) < 200:
        return western
    if not western and (text := _by_common_characters(data)):
        return text
    guess = from_bytes(data, cp_isolation=_LEGACY, enable_fallback=False).best()
    if western and (guess is None or guess.language not in _OTHER_LATIN or guess.coherence < 0.2):
        return western
    if guess is None:
        raise ValueError("no encoding fits")
    # It names the language rightly but puts Turkish into the Central European code page.
    return data.decode("cp1254", "replace") if guess.language == "Turkish" else str(guess)


def _as_western(data: bytes) -> str:
    """Return ``data`` as cp1252 if it reads like Western European words, else ``""``.

    Such text is mostly ASCII, has no long runs of accented letters and no signs inside words, which is how
    every other legacy encoding looks when it is taken for cp1252.
    """
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return ""
    foreign = [character for character in text if character > "\x7f"]
    known = all(character in _WESTERN_LETTERS or character in _WESTERN_SIGNS for character in set(foreign))
    if not known or len(foreign) > 0.4 * len(text):
        return ""
    letters, signs = "".join(_WESTERN_LETTERS), re.escape("".join(_WESTERN_SIGNS - set("’–—·\xad\xa0°×…")))
    strange = re.compile(f"[{letters}]{{3}}|[a-z{letters}][{signs}][a-z{letters}]")
    return "" if strange.search(text) else text


def _by_common_characters(data: bytes) -> str:
    """Return ``data`` in the encoding that makes most of it common characters, or ``""`` if none does."""
    scored = []
    for name in ("cp1251", "koi8_r", "gb18030", "big5", "cp932", "euc_jp", "cp949"):
        try:
            text = data[:_SAMPLE].decode(name, "ignore" if len(data) > _SAMPLE else "strict")
        except UnicodeDecodeError:
            continue
        foreign = max(1, sum(character > "\x7f" for character in text))
        scored.append((_common_weight(name, text) / foreign, name))
    scored.sort(reverse=True)
    if not scored or scored[0][0] < 0.65 or (len(scored) > 1 and scored[0][0] < scored[1][0] + 0.15):
        return ""
    try:
        return data.decode(scored[0][1])
    except UnicodeDecodeError:
        return ""


def _common_weight(name: str, text: str) -> float:
    if name in {"cp1251", "koi8_r"}:
        # The two swap capitals and small letters; a capital belongs at the start of a word or among capitals.
        letters = len(re.findall("[а-яёіїєґўқғңұүәһө]|(?<!\\w)[А-ЯЁІЇЄҐЎ]", text))
        capitals = len(re.findall("(?<=[А-ЯЁ])[А-ЯЁ]", text))
        mixed = len(re.findall("[a-zA-Z][а-яА-Яё]|[а-яА-Яё][a-zA-Z]|[а-яё][А-ЯЁ]|[аеиоуыэюя]{4}", text))
        return letters + 0.8 * capitals + 0.5 * len(re.findall("[«»“”„–—…№\xa0]", text)) - 2.0 * mixed
    if name in {"cp932", "euc_jp"}:
        kana = len(re.findall("[\u3041-\u30ff]", text))
        kanji = len(re.findall("[\u4e00-\u9fff\u3001-\u3011]", text))
        return kana + (0.9 if kana > 0.1 * kanji else 0.4) * kanji
    common = _COMMON_CHINESE.union({"gb18030": _SIMPLIFIED, "big5": _TRADITIONAL}.get(name, ""))
    if name == "cp949":
        common = frozenset(_HANGUL)
    other = re.compile("[\uac00-\ud7a3]" if name == "cp949" else "[\u4e00-\u9fff]")
    frequent = sum(character in common for character in text)
    return frequent + 0.4 * sum(character not in common for character in other.findall(text))
