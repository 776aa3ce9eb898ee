import pytest

from channels.email.mime.html import html_to_text


class TestLayout:
    @pytest.mark.parametrize(
        ("page", "seen"),
        [
            ("<p>one</p><p>two</p>", "one\n\ntwo"),
            ("<div>one</div><div>two</div>", "one\ntwo"),
            ("<div>one</div><div><br></div><div>two</div>", "one\n\ntwo"),
            ("one<br>two<br><br>three", "one\ntwo\n\nthree"),
            ("<p class=MsoNormal>one</p><p class=MsoNormal>two</p>", "one\ntwo"),
            ("<p style='margin:0'>one</p><p style='margin:0'>&nbsp;</p><p style='margin: 0'>two</p>", "one\n\ntwo"),
            ("<b>one</b>\n  <i>two</i>\n", "one two"),
            ("a <b> b </b> c", "a b c"),
            ("发<b>票</b>", "发票"),
            ("<pre>a\n  b</pre>", "a\n  b"),
            ("<div style='white-space: pre-wrap'>a\n  b</div>c  d", "a\n  b\nc d"),
            ("<ul><li>one<li>two<ul><li>deep</ul></ul>", "- one\n- two\n  - deep"),
            ("<ol><li><p>one</p><p>more</p></li><li>two</li></ol>", "1. one\n\n   more\n\n2. two"),
            (
                "say<blockquote><p>one<p>two<blockquote>old</blockquote></blockquote>bye",
                "say\n\n> one\n>\n> two\n>\n> > old\n\nbye",
            ),
            ("<table><tr><th>Name<th>Sum<tr><td>票<td>7</table>", "Name | Sum\n票 | 7"),
            ("<table><tr><td><p>one<p>two<td>three</table>", "one\n\ntwo\nthree"),
            ("<table><tr><td></td><td> </td></tr><tr><td>x</table>", "x"),
            ("a<hr>b", "a\n----------\nb"),
            ("a<img alt='a cat' src=x><img src=y>", "a[a cat]"),
            ("&lt;a&gt; &amp;amp; &#20320;&nbsp;x", "<a> &amp; 你 x"),
            ("", ""),
            ("plain", "plain"),
        ],
    )
    def test_it_reads_as_it_looked(self, page: str, seen: str) -> None:
        assert html_to_text(page) == seen

    @pytest.mark.parametrize(
        ("page", "seen"),
        [
            ("<a href='https://a.example/x'>here</a>.", "here (https://a.example/x)."),
            ("<a href='https://a.example/'>a.example</a>", "a.example"),
            ("<a href='https://www.a.example'>HTTP://a.example/</a>", "HTTP://a.example/"),
            ("<a href='mailto:a@b.example?subject=x'>a@b.example</a>", "a@b.example"),
            ("<a href='javascript:x()'>here</a>", "here"),
            ("<a href='https://a.example/x'><img src=y></a>", ""),
            ("<a href='https://a.example/x'><img alt=Pay src=y></a>", "[Pay] (https://a.example/x)"),
            ("<a name=top>top</a>", "top"),
        ],
    )
    def test_a_link_names_its_target_where_its_text_does_not(self, page: str, seen: str) -> None:
        assert html_to_text(page) == seen


class TestWhatIsNotSeen:
    @pytest.mark.parametrize(
        "hidden",
        [
            "<style>p{}</style>",
            "<script>x()</script>",
            "<head><title>t</title></head>",
            "<!-- c -->",
            "<!--[if mso]><p>x</p><![endif]-->",
            "<template>t</template>",
            "<select><option>o</select>",
            "<p hidden>h</p>",
            "<div style='display:none'><p>h</p></div>",
            "<span style='color:red; visibility : hidden'>h</span>",
            "<span style='font-size:0px;'>h</span>",
            "<span style='mso-hide:all'>h</span>",
            "<div style='max-height:0;overflow:hidden'>h</div>",
            "<div style='opacity:0'>h</div>",
            "\u200b\ufeff&shy;",
        ],
    )
    def test_it_is_left_out(self, hidden: str) -> None:
        assert html_to_text(f"<div>a</div>{hidden}<div>b</div>").replace("\n\n", "\n") == "a\nb"

    @pytest.mark.parametrize("style", ["font-size:10px", "opacity:0.5", "height:0", "display:block", "overflow:hidden"])
    def test_other_styles_hide_nothing(self, style: str) -> None:
        assert html_to_text(f"<span style='{style}'>seen</span>") == "seen"


class TestHostilePages:
    def test_what_is_nested_too_deeply_is_freed_of_its_tags(self) -> None:
        page = "<style>no</style>" + "<div>" * 3000 + "one<p>two &amp; three" + "</div>" * 3000
        assert html_to_text(page) == "one\ntwo & three"

    def test_a_page_that_is_too_long_is_freed_of_its_tags(self) -> None:
        assert html_to_text("<p>one</p>" + "<i>x</i>" * 60_000).startswith("one")

    def test_pictures_inside_the_page_do_not_count(self) -> None:
        picture = f"<img src='data:image/png;base64,{'A' * 900_000}'>"
        assert html_to_text(f"{picture}<p style='display:none'>no</p><p>one</p>") == "one"
