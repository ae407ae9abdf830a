// Findings as people and programs read them.
#include <doctest/doctest.h>

#include <filesystem>

#include "dsl/diagnostics/render.hpp"
#include "reading.hpp"

using namespace weir;
using namespace weir::tests;

namespace {
Span find(const Sources& sources, std::size_t file, std::string_view word) {
    const auto at = sources.file(file).text.find(word);
    REQUIRE(at != std::string::npos);
    const auto begin = sources.file(file).begin + static_cast<std::uint32_t>(at);
    return {begin, begin + static_cast<std::uint32_t>(word.size())};
}
}  // namespace

TEST_CASE("the look of a finding") {
    Sources sources;
    std::string text;
    for (int line = 1; line < 12; ++line) text += "#\n";
    text += "queue orders.validated: Order\n";
    for (int line = 13; line < 31; ++line) text += "#\n";
    text += "    when ok -> orders.vaildated\n";
    const auto file = sources.add("checkout.flow", text);
    Findings findings;
    const Span wrong = find(sources, file, "orders.vaildated");
    findings.error(Code::W0003, wrong, "flow `checkout` sends to `orders.vaildated`, which is not declared")
        .say("not declared here or in an import")
        .label(find(sources, file, "orders.validated"), "this one has a consumer (line {}) and no producer", 40)
        .replace(wrong, "orders.validated", "use the declared name");
    CHECK(render_text(findings, sources) == R"(error[W0003]: flow `checkout` sends to `orders.vaildated`, which is not declared
  --> checkout.flow:31:16
   |
12 | queue orders.validated: Order
   |       ---------------- this one has a consumer (line 40) and no producer
   :
31 |     when ok -> orders.vaildated
   |                ^^^^^^^^^^^^^^^^ not declared here or in an import
   |
help: use the declared name
   |
31 |     when ok -> orders.validated
   |                ~~~~~~~~~~~~~~~~
   = see `weir explain W0003`
)");
}

TEST_CASE("carets stand under what they mean: tabs, wide and combining characters") {
    Sources sources;
    const auto file = sources.add("t.flow", "\tlog \"漢字 é e\xCC\x81 \xF0\x9F\x98\x80\" && x\r\nqueue a\n");
    Findings findings;
    findings.warning(Code::W0012, find(sources, file, "&&"), "unexpected `&&`").help("write `and`");
    CHECK(render_text(findings, sources) == "warning[W0012]: unexpected `&&`\n"
                                            " --> t.flow:1:18\n"
                                            "  |\n"
                                            "1 |     log \"漢字 é e\xCC\x81 \xF0\x9F\x98\x80\" && x\n"
                                            "  |                       ^^ help: write `and`\n"
                                            "  = see `weir explain W0012`\n");
}

TEST_CASE("labels on one line, in another file, at the end of a file") {
    Sources sources;
    const auto a = sources.add("a.flow", "queue x, x\n-> y");
    const auto b = sources.add("b.flow", "queue y\n");
    Findings findings;
    const Span second = {9, 10};
    findings.error(Code::W0011, second, "two queues `x`").say("again here").label({6, 7}, "first here").label(find(sources, b, "y"), "and this").help("one").help("two");
    const auto end = sources.file(a).span().end;
    findings.error(Code::W0044, {end, end}, "missing");
    CHECK(render_text(findings, sources) == R"(error[W0011]: two queues `x`
 --> a.flow:1:10
  |
1 | queue x, x
  |       - first here
  |          ^ again here
 ::: b.flow:1:7
  |
1 | queue y
  |       - and this
  = help: one
  = help: two
  = see `weir explain W0011`

error[W0044]: missing
 --> a.flow:2:5
  |
2 | -> y
  |     ^
  = see `weir explain W0044`
)");
}

TEST_CASE("a terminal obeys nothing that stands in a file, and a long line is cut") {
    Sources sources;
    const auto file = sources.add("t.flow", "# \x1b[31m\xE2\x80\xAE\xFF oops\n" + std::string(5000, 'a') + "!" + std::string(5000, 'b'));
    Findings findings;
    findings.error(Code::W0001, find(sources, file, "\x1b"), "control");
    findings.error(Code::W0012, find(sources, file, "!"), "bang");
    const auto text = render_text(findings, sources);
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(text.find("\xE2\x80\xAE") == std::string::npos);
    CHECK(text.find('\xFF') == std::string::npos);
    CHECK(text.size() < 1000);
    CHECK(text.find("!bbb") != std::string::npos);
    CHECK(render_text(findings, sources, true).find("\x1b[1;31m") != std::string::npos);
}

TEST_CASE("an edit of more than one place, an insertion and a deletion") {
    Sources sources;
    const auto file = sources.add("t.flow", "let x = (a + b\nlet y = c;\n");
    Findings findings;
    auto finding = findings.error(Code::W0031, find(sources, file, "("), "open");
    findings.all().back().fixes.push_back({"close it", {{{14, 14}, ")"}, {{24, 25}, ""}}});
    (void)finding;
    CHECK(render_text(findings, sources) == R"(error[W0031]: open
 --> t.flow:1:9
  |
1 | let x = (a + b
  |         ^
  |
help: close it
  |
1 | let x = (a + b)
  |               ~
2 | let y = c
  = see `weir explain W0031`
)");
}

TEST_CASE("findings as JSON") {
    Sources sources;
    const auto file = sources.add("a\"b.flow", "queue é, x\n");
    Findings findings;
    CHECK(render_json(findings, sources) == "{\"findings\": []}\n");
    findings.error(Code::W0011, find(sources, file, "x"), "say \"{}\"\n\t\x01", "\xFF")
        .say("l")
        .label(find(sources, file, "é"), "t")
        .replace(find(sources, file, "x"), "y", "why")
        .help("h");
    CHECK(render_json(findings, sources) == "{\"findings\": [\n"
                                            R"(  {"severity": "error", "code": "W0011", "message": "say \")"
                                            "\xEF\xBF\xBD"
                                            R"(\"\n\t\u0001", "file": "a\"b.flow", "line": 1, "column": 10, "end_line": 1, "end_column": 11, "label": "l", )"
                                            R"("labels": [{"file": "a\"b.flow", "line": 1, "column": 7, "end_line": 1, "end_column": 8, "text": "t"}], )"
                                            R"("fixes": [{"why": "why", "edits": [{"file": "a\"b.flow", "line": 1, "column": 10, "end_line": 1, "end_column": 11, "text": "y"}]}], "help": ["h"]})"
                                            "\n]}\n");
}

TEST_CASE("how broken files are shown: goldens") {
    for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(WEIR_ROOT) / "tests/golden/parse")) {
        if (entry.path().extension() != ".flow" || entry.path().filename().string().rfind("fail_", 0) != 0) continue;
        const auto reading = read(entry.path().filename().string(), load(entry.path()));
        reading->findings.settle();
        auto golden = entry.path();
        golden.replace_extension(".shown");
        INFO(golden.string());
        CHECK(same_as_golden(golden, render_text(reading->findings, reading->sources)));
    }
}

TEST_CASE("every code has a title and a page with a wrong and a right example") {
    for (std::uint16_t code = 0; code <= static_cast<std::uint16_t>(Code::W0055); ++code) {
        const auto page = page_of(static_cast<Code>(code));
        INFO(name_of(static_cast<Code>(code)));
        CHECK(!title_of(static_cast<Code>(code)).empty());
        CHECK(page.find("wrong:") != std::string::npos);
        CHECK(page.find("right:") != std::string::npos);
        if (code > 0) CHECK(name_of(static_cast<Code>(code - 1)) < name_of(static_cast<Code>(code)));
    }
}
