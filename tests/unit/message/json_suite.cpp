// The public suite of texts that a reader must take (y_), must refuse (n_), or may do either with (i_).
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/unit/message/json_samples.hpp"

using namespace weir;

TEST_CASE("the public test suite of JSON") {
    const char* const given = std::getenv("WEIR_TEST_DATA");
    const std::filesystem::path folder = std::filesystem::path(given != nullptr ? given : WEIR_ROOT "/../shared/data") / "json-test-suite/test_parsing";
    if (!std::filesystem::is_directory(folder)) {
        MESSAGE("SKIPPED: no folder " << folder.string() << " (set WEIR_TEST_DATA)");
        return;
    }
    JsonReader reader;
    Arena arena;
    int must = 0, must_not = 0, either = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() != ".json") continue;
        std::ifstream file(entry.path(), std::ios::binary);
        std::ostringstream content;
        content << file.rdbuf();
        const std::string text = content.str(), name = entry.path().filename().string();
        for (const char behind : sample::temptations) {
            CAPTURE(name);
            CAPTURE(behind);
            arena.reset();
            const sample::Padded padded(text, behind);
            Value tree;
            const bool taken = reader.read(padded.text(), arena, tree);
            if (name[0] == 'y') CHECK(taken);
            if (name[0] == 'n') CHECK_FALSE(taken);
        }
        ++(name[0] == 'y' ? must : name[0] == 'n' ? must_not : either);
    }
    MESSAGE("y_ " << must << ", n_ " << must_not << ", i_ " << either);
    CHECK(must > 90);
    CHECK(must_not > 180);
    CHECK(either > 30);
}
