#include "engine/message/line_ids.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace weir;

TEST_CASE("the ids of a file's lines") {
    const LineIds ids("orders/file.lines/orders.jsonl", {1, 2, 3, 0});
    // A change of these values would give every line that is read again another id: the same input must give the same ids for ever (I1).
    CHECK(to_text(ids.of("{\"id\":1}", 0)) == "f012afb2e70ce1650bde2707283db6c7");
    CHECK(to_text(ids.of(std::string(300, 'x'), 4711)) == "ce94d620db2864d772618dadd4ed0a74");

    SUBCASE("text, place, source and each of the file's four facts make another one") {
        std::set<std::string> seen;
        std::size_t made = 0;
        const auto take = [&](const LineIds& of) {
            for (const char* text : {"", "a", "b", "{\"id\":1}", "{\"id\":2}"})
                for (const std::uint64_t at : {0u, 1u, 9u, 1u << 30}) {
                    seen.insert(to_text(of.of(text, at)));
                    ++made;
                }
        };
        take(ids);
        take(LineIds("other", {1, 2, 3, 0}));
        for (std::size_t fact = 0; fact < 4; ++fact) {
            std::array<std::uint64_t, 4> file{1, 2, 3, 0};
            file[fact] += 77;
            take(LineIds("orders/file.lines/orders.jsonl", file));
        }
        CHECK(seen.size() == made);
    }
}
