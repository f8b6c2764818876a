import Testing
import Trace

@testable import Rendering

@Suite struct `Display width` {
    @Test(arguments: [
        ("", 0), ("vm-ok", 5), ("é", 1), ("e\u{301}", 1), ("虚拟机", 6), ("한국", 4), ("ﾊﾝｶｸ", 4), ("ＦＵＬＬ", 8),
        ("🚀", 2), ("👍🏽", 2), ("🇩🇪", 2), ("❤\u{FE0F}", 2), ("❤", 1), ("à\u{327}b", 2), ("กำ", 2), ("─│▶●✗", 5),
        ("\u{1100}\u{1161}\u{11A8}", 2), ("𠀀", 2), ("〈x〉", 5),
    ])
    func `of a text in cells`(text: String, width: Int) {
        #expect(DisplayWidth.of(text) == width)
        #expect(TerminalText(text).width == width)
    }

    @Test func `a text wraps into lines of at most the width and loses nothing but spaces`() {
        let text = TerminalText("one two three 虚拟机虚拟机 object_class_action_versions.with.a.long.name 🚀🚀🚀🚀🚀")
        for width in 2...40 {
            let lines = text.wrapped(to: width)
            #expect(lines.allSatisfy { $0.width <= width })
            #expect(lines.map(\.string).joined().filter { $0 != " " } == text.string.filter { $0 != " " })
        }
    }

    @Test func `a shortened text keeps its ends`() {
        let text = TerminalText("2672332b-b870-49a9-bbeb-902381dffe38").shortened(to: 13, ellipsis: "…")
        #expect(text.string == "267233…dffe38")
        #expect(text.width == 13)
        #expect(TerminalText("虚拟机虚拟机").shortened(to: 6, ellipsis: "…", keepingHead: true).string == "虚拟…")
    }
}

@Suite struct `Terminal text` {
    @Test(arguments: [
        ("\u{1B}[31mred", "\\x1B[31mred"), ("\u{1B}]8;;http://x\u{07}y", "\\x1B]8;;http://x\\x07y"),
        ("a\nb\tc\r", "a\\nb\\tc\\r"), ("\u{9B}2J", "\\x9B2J"), ("\u{7F}", "\\x7F"),
        ("a\u{202E}b", "a\\u{202E}b"), ("a\u{200B}b", "a\\u{200B}b"), ("\u{2066}x", "\\u{2066}x"),
        ("\u{FEFF}x", "\\u{FEFF}x"), ("a\u{2028}b", "a\\u{2028}b"), ("👩\u{200D}🚀", "👩\\u{200D}🚀"),
        ("\u{301}a", "\\u{301}a"), ("\u{E0041}", "\\u{E0041}"), ("\u{AD}", "\\xAD"), ("ok × ok", "ok × ok"),
        // Blank, and no white space.
        ("a\u{2800}b", "a\\u{2800}b"), ("\u{1D159}", "\\u{1D159}"), ("\u{16FE4}", "\\u{16FE4}"),
        ("\u{3164}", "\\u{3164}"), ("\u{115F}", "\\u{115F}"), ("\u{1160}", "\\u{1160}"),
        ("\u{FFA0}", "\\u{FFA0}"), ("x\u{34F}", "x\\u{34F}"), ("\u{61C}", "\\u{61C}"),
        ("x\u{180E}", "x\\u{180E}"), ("x\u{FE00}", "x\\u{FE00}"), ("x\u{FE0F}", "x\\u{FE0F}"),
        ("x\u{E0100}", "x\\u{E0100}"), ("x\u{180B}", "x\\u{180B}"),
    ])
    func `makes visible what must not reach a terminal`(raw: String, safe: String) {
        #expect(TerminalText(raw).string == safe)
    }

    @Test(arguments: [
        ("2 × 3 · 4 → 5…", "2 x 3 - 4 -> 5..."), ("虚", "\\u{865A}"), ("é", "\\xE9"), ("e\u{301}", "e\\u{301}"),
        ("\u{1B}[0m", "\\x1B[0m"),
    ])
    func `in ASCII is ASCII`(raw: String, safe: String) {
        #expect(TerminalText(raw, ascii: true).string == safe)
    }

    @Test func `a pile of combining marks stays low`() {
        let text = TerminalText("a" + String(repeating: "\u{301}", count: 50))
        #expect(text.string.unicodeScalars.count { $0.value == 0x301 } == Limits.combiningMarks)
        #expect(text.string.contains("\\u{301}"))
    }
}

@Suite struct `Durations` {
    @Test(arguments: [
        (0, "0 µs"), (350_400, "350 µs"), (1_500_000, "1.5 ms"), (9_949_000, "9.9 ms"), (9_960_000, "10 ms"),
        (16_000_000, "16 ms"), (999_600_000, "1.000 s"), (1_239_000_000, "1.239 s"), (119_999_000_000, "119.999 s"),
        (125_000_000_000, "2 min 05 s"), (7_320_000_000_000, "2 h 02 min"), (-20_000_000, "-20 ms"),
        (Int64.max, "2562047 h 47 min"), (Int64.min, "-2562047 h 47 min"),
    ])
    func `read as a person would say them`(nanoseconds: Int64, text: String) {
        #expect(GlyphTable.unicode.duration(Nanoseconds(nanoseconds)) == text)
    }
}
