"""Folding that keeps the length, so a span in the folded text is the same span in what the person wrote."""

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SPACES = dict.fromkeys((*b"\t\r", 160, 5760, *range(8192, 8204), 8239, 8287, 12288, 65279), " ")
_HYPHENS = {ord(char): "-" for char in "‐‑‒–—―−﹣－"}
_LOWER = {ord(letter): letter.lower() for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
_TRADITIONAL = str.maketrans(
    "轉請問發開關還沒為麼嗎甚樣這個時後來說話電腦機網頁線連錯誤號碼稅務單據簽證顯報處決謝對嗯點評價訂們"
    "給讓無響應壞統現過經試復啟動裝卸載鏈瀏覽廣東臺灣門慶龍蘇陝肅寧貴雲瀋濟漢長間聯繫專員傳進儘輸",
    "转请问发开关还没为么吗甚样这个时后来说话电脑机网页线连错误号码税务单据签证显报处决谢对嗯点评价订们"
    "给让无响应坏统现过经试复启动装卸载链浏览广东台湾门庆龙苏陕肃宁贵云沈济汉长间联系专员传进尽输",
)
_WIDTH: dict[int, int | str] = {**_FULL_WIDTH, **_SPACES, **_HYPHENS}
# Only ASCII is lowered: str.lower() turns some letters into two and would shift every span after them.
_FOLD: dict[int, int | str] = {
    **_TRADITIONAL,
    **_WIDTH,
    **_LOWER,
    **{code: chr(code - 0xFEE0).lower() for code in range(0xFF21, 0xFF3B)},
}


def fold(text: str) -> str:
    """Fold width, spaces, hyphens, ASCII case and common traditional characters; the length never changes."""
    return text.translate(_FOLD)


def fold_width(text: str) -> str:
    """Fold width, spaces and hyphens alone, keeping case."""
    return text.translate(_WIDTH)


def printable(text: str) -> str:
    """Drop what no database or screen takes: control characters and lone surrogates."""
    return "".join(char for char in text if char.isprintable() or char in "\u200d\ufe0f").strip()
