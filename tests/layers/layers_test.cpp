#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/layers/rules.hpp"

using namespace weir::layers;
namespace fs = std::filesystem;

namespace {

std::string read(const fs::path& path) {
    std::ifstream in(path);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}
const fs::path root = WEIR_ROOT;
Rules house() { return read_rules(read(root / "tools/layers.txt")); }

}  // namespace

TEST_CASE("the rules themselves can be read") {
    const Rules rules = house();
    CHECK(rules.bad_lines == std::vector<std::string>{});
    CHECK(rules.rooms.size() > 20);
    CHECK(rules.only.size() > 8);
    CHECK(read_rules("room dsl/a dsl/b\nwhatever\n").bad_lines.size() == 2);
}

TEST_CASE("a breach is found, wherever it points") {
    const Rules rules = house();
    const auto breaches = [&](std::string_view path, std::string_view text) { return broken(rules, path, text).size(); };
    CHECK(breaches("dsl/plan/a.cpp", "#include \"engine/message/value.hpp\"\n") == 1);
    CHECK(breaches("dsl/plan/a.cpp", "#include \"dsl/source/span.hpp\"\n#include <string>\n") == 0);
    CHECK(breaches("dsl/source/a.hpp", "#include \"dsl/plan/plan.hpp\"\n") == 1);
    CHECK(breaches("engine/steps/a.cpp", "  #  include \"engine/runtime/flow.hpp\"\n") == 1);
    CHECK(breaches("engine/runtime/a.cpp", "#include \"engine/store/open.hpp\"\n") == 1);
    CHECK(breaches("engine/runtime/a.cpp", "#include \"connectors/catalog.hpp\"\n") == 1);
    CHECK(breaches("connectors/file/a.cpp", "#include \"connectors/timer/kind.hpp\"\n") == 1);
    CHECK(breaches("connectors/file/a.cpp", "#include \"engine/runtime/flow.hpp\"\n") == 1);
    CHECK(breaches("connectors/file/a.cpp", "#include \"connectors/lines.hpp\"\n#include \"engine/ports/files.hpp\"\n") == 0);
    CHECK(breaches("dsl/check/a.cpp", "#include \"tools/command/run.hpp\"\n") == 1);
    CHECK(breaches("tools/command/a.cpp", "#include \"engine/store/open.hpp\"\n#include \"dsl/check/check.hpp\"\n") == 0);
    CHECK(breaches("elsewhere/a.cpp", "") == 1);
    CHECK(breaches("dsl/plan/a.cpp", "#include \"lost.hpp\"\n") == 1);
}

TEST_CASE("outside headers stay where they belong") {
    const Rules rules = house();
    const auto breaches = [&](std::string_view path, std::string_view text) { return broken(rules, path, text).size(); };
    CHECK(breaches("dsl/grammar/grammar.cpp", "#include <tao/pegtl.hpp>\n") == 0);
    CHECK(breaches("dsl/grammar/scan.cpp", "#include <tao/pegtl.hpp>\n") == 1);
    CHECK(breaches("engine/store/sqlite.cpp", "#include <sqlite3.h>\n") == 0);
    CHECK(breaches("engine/store/sqlite.hpp", "#include <sqlite3.h>\n") == 1);
    CHECK(breaches("tools/command/a.hpp", "#include <nlohmann/json.hpp>\n") == 1);
    CHECK(breaches("tools/command/a.cpp", "#include <nlohmann/json.hpp>\n") == 0);
    CHECK(breaches("engine/runtime/a.cpp", "#include <boost/asio/post.hpp>\n") == 1);
    CHECK(breaches("engine/evaluate/a.cpp", "#include <regex>\n") == 1);
    CHECK(breaches("engine/runtime/a.cpp", "#include <thread>\n#include <threadx>\n") == 1);
}

TEST_CASE("an awaited expression holds neither lambda nor brace") {
    const Rules rules = house();
    const auto breaches = [&](std::string_view text) { return broken(rules, "engine/runtime/a.cpp", text).size(); };
    CHECK(breaches("    co_await send(Request{1});\n") == 1);
    CHECK(breaches("    co_await each([&] { go(); });\n") == 1);
    CHECK(breaches("    if (co_await ready()) {\n    co_await timer;  // {}\n") == 0);
}

TEST_CASE("the house keeps its arrows") {
    const Rules rules = house();
    std::size_t files = 0;
    std::string all;
    for (const char* folder : {"dsl", "engine", "connectors", "tools"})
        for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
            const std::string extension = entry.path().extension();
            if (extension != ".hpp" && extension != ".cpp" && extension != ".def") continue;
            ++files;
            for (const std::string& breach : broken(rules, fs::relative(entry.path(), root).generic_string(), read(entry.path()))) all += breach + "\n";
        }
    CHECK(files > 100);
    CHECK(all == "");
}
