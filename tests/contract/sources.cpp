// The contract of every source, whatever it speaks: each of them under each of the worlds.
#include <doctest/doctest.h>

#include <functional>
#include <set>

#include "tests/contract/worlds.hpp"

using namespace weir;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t count = 40;

struct Subject {
    std::string name;
    std::function<void(FilesUnderTest&)> prepare;
    std::function<void(Rig&, FilesUnderTest&, std::size_t window)> start;
    bool in_time = false;   // messages come as time passes, and those that found no room become one
    bool ends = true;
};

std::vector<Subject> subjects() {
    std::vector<Subject> all;
    all.push_back({"file.lines",
                   [](FilesUnderTest& w) {
                       std::string text;
                       for (std::size_t i = 0; i < count; ++i) text += "line " + std::to_string(i) + (i % 3 == 0 ? "\n\n" : i % 3 == 1 ? "\r\n" : "\n");
                       w.write("in.txt", text);
                   },
                   [](Rig& r, FilesUnderTest& w, std::size_t window) {
                       const std::string path = w.path("in.txt");
                       r.start("file", "lines", {argument("", path)}, 0s, window);
                   }});
    const auto many = [](FilesUnderTest& w) {
        for (std::size_t i = 0; i < count; ++i) w.write("in/" + std::to_string(100 + i) + ".txt", "file " + std::to_string(i));
    };
    all.push_back({"file.read once", many, [](Rig& r, FilesUnderTest& w, std::size_t window) {
                       const std::string path = w.path("in/*.txt");
                       r.start("file", "read", {argument("", path)}, 0s, window);
                   }});
    all.push_back({"file.read every, done", many,
                   [](Rig& r, FilesUnderTest& w, std::size_t window) {
                       const std::string path = w.path("in/*.txt"), done = w.path("done");
                       r.start("file", "read", {argument("", path), argument("done", done)}, 1s, window);
                   },
                   false, false});
    all.push_back({"timer.every", [](FilesUnderTest&) {},
                   [](Rig& r, FilesUnderTest&, std::size_t window) { r.start("timer", "every", {argument("", 1s), argument("source", "tick")}, 0s, window); }, true,
                   false});
    return all;
}

void drive(Rig& rig, const Subject& subject) {
    if (!subject.in_time) {
        rig.executor.run_until_idle();
        rig.executor.advance(1s);
    } else {
        for (std::size_t i = 0; i < count; ++i) rig.executor.advance(1s);
    }
}

// Positions of each part: [at, end), none over another, growing in the order of delivery.
void check_positions(const Rig& rig) {
    std::map<std::uint64_t, std::uint64_t> behind;
    for (const Got& g : rig.inlet->got) {
        const Position& p = g.delivery.position;
        CHECK(p.sort == Position::Sort::source);
        CHECK(p.no == 3);
        CHECK(p.at < p.end);
        CHECK(p.at >= behind[p.part]);
        behind[p.part] = p.end;
    }
}
void check_behaviour(const Rig& rig) {
    CHECK_FALSE(rig.inlet->after_stop);
    CHECK_FALSE(rig.inlet->too_much);
    CHECK_FALSE(rig.inlet->error.has_value());
}

void contract(const Subject& subject, const std::function<std::unique_ptr<FilesUnderTest>()>& make_world, std::optional<std::uint64_t> seed) {
    CAPTURE(subject.name);
    {   // all, once each, each with an id of its own; then it ends or goes on
        auto world = make_world();
        subject.prepare(*world);
        Rig rig(world->files(), seed);
        subject.start(rig, *world, 1'000'000);
        drive(rig, subject);
        CHECK(rig.inlet->got.size() == count);
        std::set<std::string> ids;
        for (const Got& g : rig.inlet->got) {
            CHECK_FALSE(g.delivery.message.meta.id.empty());
            ids.insert(to_text(g.delivery.message.meta.id));
            CHECK(g.delivery.message.meta.created != 0);
            CHECK(g.delivery.message.source.kind() == Kind::object);
        }
        CHECK(ids.size() == count);
        CHECK(rig.inlet->has_ended == subject.ends);
        CHECK((rig.inlet->asked_times > 0) == !subject.ends);
        check_positions(rig);
        check_behaviour(rig);

        // everything done: a new start has nothing to give
        rig.finish_all();
        rig.close();
        subject.start(rig, *world, 1'000'000);
        rig.executor.run_until_idle();
        CHECK(rig.inlet->got.empty());
        CHECK(rig.inlet->has_ended == subject.ends);
        check_behaviour(rig);
    }
    for (const std::size_t window : {std::size_t{1}, std::size_t{3}, std::size_t{7}}) {  // never more than fits; goes on when there is room
        auto world = make_world();
        subject.prepare(*world);
        Rig rig(world->files(), seed);
        subject.start(rig, *world, window);
        drive(rig, subject);
        CHECK(rig.inlet->got.size() == window);
        CHECK(rig.inlet->largest <= window);
        for (std::size_t i = 0; i < rig.inlet->got.size(); ++i) {
            rig.finish(i);
            rig.executor.run_until_idle();
        }
        if (!subject.in_time) CHECK(rig.inlet->got.size() == count);
        std::uint64_t covered = 0;
        for (const Got& g : rig.inlet->got) covered += g.delivery.position.end - g.delivery.position.at;
        if (subject.in_time) CHECK(covered == count);
        CHECK(rig.inlet->has_ended == subject.ends);
        check_positions(rig);
        check_behaviour(rig);
    }
    for (const std::size_t step : {std::size_t{2}, std::size_t{3}, std::size_t{39}}) {  // a crash: what was not done comes again, as it was
        auto world = make_world();
        subject.prepare(*world);
        Rig rig(world->files(), seed);
        subject.start(rig, *world, 1'000'000);
        drive(rig, subject);
        REQUIRE(rig.inlet->got.size() == count);
        std::vector<std::pair<std::string, std::string>> open;
        for (std::size_t i = 0; i < count; ++i) {
            if (i % step == 1) rig.finish(i);
            else open.emplace_back(to_text(rig.inlet->got[i].delivery.message.meta.id), rig.inlet->got[i].text());
        }
        rig.source.reset();  // no stop: the process is gone
        subject.start(rig, *world, 5);
        rig.executor.run_until_idle();
        for (std::size_t i = 0; i < rig.inlet->got.size(); ++i) {
            rig.finish(i);
            rig.executor.run_until_idle();
        }
        std::vector<std::pair<std::string, std::string>> again;
        for (const Got& g : rig.inlet->got) again.emplace_back(to_text(g.delivery.message.meta.id), g.text());
        if (!subject.in_time) {
            CHECK(again == open);
        } else {  // neighbours become one tick: together they cover what was open
            std::uint64_t covered = 0;
            for (const Got& g : rig.inlet->got) covered += g.delivery.position.end - g.delivery.position.at;
            CHECK(covered == open.size());
            std::set<std::pair<std::string, std::string>> known(open.begin(), open.end());
            for (const auto& one : again) CHECK(known.count(one) == 1);
        }
        check_positions(rig);
        check_behaviour(rig);
        // and now nothing is left
        rig.close();
        subject.start(rig, *world, 5);
        rig.executor.run_until_idle();
        CHECK(rig.inlet->got.empty());
    }
    {   // stopped while busy: nothing behind it, whenever it comes
        for (std::size_t after = 0; after < 12; ++after) {
            auto world = make_world();
            subject.prepare(*world);
            Rig rig(world->files(), seed);
            subject.start(rig, *world, 4);
            for (std::size_t i = 0; i < after; ++i) {
                if (!rig.executor.run_one()) rig.clock.advance(1s);
                if (!rig.inlet->got.empty()) rig.finish(rig.inlet->got.size() - 1);
            }
            rig.source->stop();
            rig.inlet->stopped = true;
            rig.source->resume();
            for (std::size_t i = 0; i < rig.inlet->got.size(); ++i) rig.finish(i);
            rig.executor.advance(5s);
            check_behaviour(rig);
            rig.source.reset();
            rig.executor.advance(5s);
        }
    }
}

}  // namespace

TEST_CASE("contract: sources on simulated files") {
    for (const Subject& subject : subjects()) contract(subject, [] { return std::make_unique<PretendedFiles>(); }, std::nullopt);
}
TEST_CASE("contract: sources on simulated files, shuffled") {
    for (std::uint64_t seed = 1; seed <= 5; ++seed)
        for (const Subject& subject : subjects()) contract(subject, [] { return std::make_unique<PretendedFiles>(); }, seed);
}
TEST_CASE("contract: sources on real files") {
    for (const Subject& subject : subjects()) contract(subject, [] { return std::make_unique<RealFiles>(); }, std::nullopt);
}
