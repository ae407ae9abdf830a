// file.lines beyond the contract: how it cuts, what it remembers of a file, how it fails.
#include <doctest/doctest.h>

#include "connectors/lines.hpp"
#include "tests/contract/worlds.hpp"

using namespace weir;
using namespace std::chrono_literals;

namespace {

void read(Rig& rig, const std::string& path, std::string_view format = {}) {
    std::vector<Argument> arguments{argument("path", path), argument("source", "orders")};
    if (!format.empty()) arguments.push_back(argument("format", format));
    rig.start("file", "lines", arguments);
    rig.executor.run_until_idle();
}

}  // namespace

TEST_CASE("lines: random texts against a plain splitter; views are padded; positions tile the file") {
    SeededRandom random(42);
    for (int round = 0; round < 60; ++round) {
        PretendedFiles world;
        std::string text;
        std::vector<std::string> expected;
        const std::size_t lines = random.next() % 400;
        for (std::size_t i = 0; i < lines; ++i) {
            // Short ones, empty ones, and some around the size of a block.
            const std::uint64_t sort = random.next() % 40;
            std::string line;
            if (sort == 0) line.assign(262'144 - 40 + random.next() % 80, 'b');
            else if (sort == 1) line.assign(random.next() % 700'000, 'l');
            else if (sort < 36) line.assign(random.next() % 3000, static_cast<char>('a' + i % 26));
            text += line + (random.next() % 5 == 0 ? "\r\n" : "\n");
            if (!line.empty()) expected.push_back(line);
        }
        if (random.next() % 2 == 0) {
            text += "no newline";
            expected.push_back("no newline");
        }
        world.write("x", text);
        Rig rig(world.files());
        read(rig, world.path("x"));
        REQUIRE(rig.inlet->has_ended);
        REQUIRE(rig.texts() == expected);
        std::uint64_t at = 0;
        unsigned padding = 0;
        for (const Got& g : rig.inlet->got) {
            REQUIRE(g.delivery.position.at == at);
            at = g.delivery.position.end;
            const std::string_view bytes = g.delivery.message.body.bytes;
            for (std::size_t i = 0; i < json_padding; ++i) padding += static_cast<unsigned char>(bytes.data()[bytes.size() + i]);  // for the sanitizer
            const Value* offset = g.delivery.message.source.find("offset");
            REQUIRE(offset != nullptr);
            REQUIRE(text.compare(static_cast<std::size_t>(offset->i), bytes.size(), bytes) == 0);
        }
        CHECK(padding < 1u << 31);
    }
}

TEST_CASE("lines: format by name or by word, facts, ids") {
    PretendedFiles world;
    for (const char* name : {"x.json", "x.jsonl", "x.ndjson"}) {
        world.write(name, "{\"a\":1}\n{\"a\":1}\n");
        Rig rig(world.files());
        read(rig, world.path(name));
        REQUIRE(rig.inlet->got.size() == 2);
        const Message& m = rig.inlet->got[1].delivery.message;
        CHECK(m.body.format == Format::json);
        CHECK(m.source.find("name")->text() == name);
        CHECK(m.source.find("path")->text() == world.path(name));
        CHECK(m.source.find("offset")->i == 8);
        CHECK(m.meta.id != rig.inlet->got[0].delivery.message.meta.id);  // equal lines are two messages
    }
    world.write("x.txt", "{}\n");
    Rig rig(world.files());
    read(rig, world.path("x.txt"));
    CHECK(rig.inlet->got.at(0).delivery.message.body.format == Format::text);
    read(rig, world.path("x.txt"), "json");
    CHECK(rig.inlet->got.at(0).delivery.message.body.format == Format::json);
    // The name of the source is part of the id: two flows that read one file make two messages of a line.
    const Id128 here = rig.inlet->got.at(0).delivery.message.meta.id;
    const std::string path = world.path("x.txt");
    rig.start("file", "lines", {argument("path", path), argument("source", "other")});
    rig.executor.run_until_idle();
    CHECK(rig.inlet->got.at(0).delivery.message.meta.id != here);
}

TEST_CASE("lines: a line over 16 MiB fails alone, with its beginning, and the next one is whole") {
    for (const std::size_t length : {std::size_t{max_line}, std::size_t{max_line} + 1, std::size_t{max_line} + 300'000, std::size_t{max_line} * 3}) {
        for (const bool last : {false, true}) {
            CAPTURE(length);
            CAPTURE(last);
            PretendedFiles world;
            std::string text = "before\n" + std::string(length, 'x');
            if (!last) text += "\nbehind\nmore\n";
            world.write("x", text);
            Rig rig(world.files());
            read(rig, world.path("x"));
            CHECK(rig.inlet->has_ended);
            REQUIRE(rig.inlet->got.size() == (last ? 2 : 4));
            const Delivery& d = rig.inlet->got[1].delivery;
            CHECK(d.position.at == 7);
            CHECK(d.position.end == 7 + length + (last ? 0 : 1));
            if (length <= max_line) {
                CHECK(d.message.body.bytes.size() == length);
                CHECK(d.unreadable == nullptr);
            } else {
                CHECK(d.message.body.bytes == std::string(long_line_kept, 'x'));
                REQUIRE(d.unreadable != nullptr);
                CHECK(d.unreadable->kind == FailureClass::too_large);
                CHECK(d.unreadable->message == "line of " + std::to_string(length) + " bytes is over 16 MiB; its first 64 KiB are kept");
            }
            if (!last) {
                CHECK(rig.inlet->got[2].text() == "behind");
                CHECK(rig.inlet->got[2].delivery.position.at == d.position.end);
                CHECK(rig.inlet->got[3].delivery.position.end == text.size());
                CHECK(rig.inlet->got[3].delivery.message.source.find("offset")->i == static_cast<std::int64_t>(text.size() - 5));
            }
        }
    }
}

TEST_CASE("lines: goes on behind what is done when the file has grown") {
    RealFiles world;
    world.write("x", "a\nb\n");
    Rig rig(world.files());
    read(rig, world.path("x"));
    rig.finish_all();
    world.append("x", "c\n\nd\n");
    read(rig, world.path("x"));
    CHECK(rig.texts() == std::vector<std::string>{"c", "d"});
    CHECK(rig.inlet->warnings.empty());
}

TEST_CASE("lines: another file in its place starts at 0 (X5)") {
    RealFiles world;
    world.write("x", "a\nb\nc\n");
    Rig rig(world.files());
    read(rig, world.path("x"));
    rig.finish_all();
    SUBCASE("cut, same inode") {
        world.write("x", "a\nn\n");
        read(rig, world.path("x"));
        CHECK(rig.texts() == std::vector<std::string>{"a", "n"});
        REQUIRE(rig.inlet->warnings.size() == 1);
        CHECK(rig.inlet->warnings[0].find("is shorter than what was read") != std::string::npos);
        rig.finish_all();
        read(rig, world.path("x"));  // known now, under a part of its own
        CHECK(rig.inlet->got.empty());
        CHECK(rig.inlet->warnings.empty());
        world.write("x", "z\nn\nm\n");  // and once more
        read(rig, world.path("x"));
        CHECK(rig.texts() == std::vector<std::string>{"z", "n", "m"});
        CHECK(rig.inlet->warnings.size() == 1);
    }
    SUBCASE("other bytes, same inode and longer") {
        world.write("x", "other\nbytes\n");
        read(rig, world.path("x"));
        CHECK(rig.texts() == std::vector<std::string>{"other", "bytes"});
        REQUIRE(rig.inlet->warnings.size() == 1);
        CHECK(rig.inlet->warnings[0].find("begins with other bytes") != std::string::npos);
    }
    SUBCASE("another inode") {
        world.write("y", "a\nb\nc\n");
        REQUIRE(world.files().rename(world.path("y"), world.path("x"), true));
        read(rig, world.path("x"));
        CHECK(rig.texts() == std::vector<std::string>{"a", "b", "c"});
        CHECK(rig.inlet->warnings.empty());
    }
    SUBCASE("renamed: it is the same file") {
        REQUIRE(world.files().rename(world.path("x"), world.path("y"), false));
        read(rig, world.path("y"));
        CHECK(rig.inlet->got.empty());
    }
}

TEST_CASE("lines: what can't be read is said in one sentence") {
    PretendedFiles world;
    Rig rig(world.files());
    const auto error = [&](const std::string& path) {
        read(rig, path);
        REQUIRE(rig.inlet->error.has_value());
        CHECK_FALSE(rig.inlet->has_ended);
        CHECK(rig.inlet->got.empty());
        return rig.inlet->error->text;
    };
    world.write("folder/x", "");
    world.write("secret", "");
    world.simulated.deny("/work/secret");
    CHECK(error("orders.jsonl") == "orders.jsonl: no such file; looked in /");
    CHECK(error("/work/none") == "/work/none: no such file");
    CHECK(error("/work/folder") == "/work/folder: is a folder; name a file in it, or take its files by file.read(\"/work/folder/*\")");
    CHECK(error("/work/secret") == "/work/secret: permission denied; let the user that runs weir read this file");
    CHECK(error("/work/folder/x/y") == "/work/folder/x/y: a part of this path is a file, not a folder");
    world.simulated.put_other("/work/pipe");
    CHECK(error("/work/pipe") == "/work/pipe: is no regular file");
    CHECK(error("") == "file.lines: the path is empty");
    world.write("empty", "");
    read(rig, world.path("empty"));
    CHECK(rig.inlet->has_ended);
    CHECK(rig.inlet->got.empty());
}
