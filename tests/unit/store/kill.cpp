// SIGKILL while units with lines, rows and positions are in flight, again and again: all three always say the same.
#include <signal.h>
#include <sys/wait.h>

#include <random>

#include "world.hpp"

using namespace weir;
using namespace weir::test;

namespace {

void work(const Folder& folder, int told) {
    Opened o(folder.store(), false);
    o.must_open();
    const No flow = o.store->number(NameKind::flow, "f"), channel = o.store->number(NameKind::channel, "c"), source = o.store->number(NameKind::source, "s");
    const auto parts = o.store->parts(Position::Sort::source, source);
    std::uint64_t next = parts.empty() ? 0 : parts[0].low;
    int in_flight = 0;
    for (;;) {
        while (in_flight < 8) {
            Builder b(flow);
            for (int i = 0; i < 5; ++i, ++next)
                b.put(channel, std::to_string(next)).line(folder.file(next % 2 ? "odd" : "even"), std::to_string(next) + "\n").unit(sourced(source, 1, next, next + 1));
            ++in_flight;
            o.store->commit(std::move(b.commit), o.home, [&](Committed committed) {
                --in_flight;
                for (const Fate fate : committed.fates)
                    if (fate != Fate::durable) ::_exit(3);
                if (::write(told, "x", 1) != 1) ::_exit(4);
            });
        }
        o.home.run_until([&] { return in_flight < 8; });
    }
}

}  // namespace

TEST_CASE("killed twenty times: no unit is lost that was told durable, none is there twice, files and store agree") {
    Folder folder;
    std::mt19937 random(11);
    std::uint64_t told_units = 0, total = 0;
    for (int round = 0; round < 20; ++round) {
        int ends[2];
        REQUIRE(::pipe(ends) == 0);
        const pid_t child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            ::close(ends[0]);
            work(folder, ends[1]);
            ::_exit(0);
        }
        ::close(ends[1]);
        // No clock: killed after so many answers.
        const int answers = 1 + static_cast<int>(random() % 200);
        char byte = 0;
        int got = 0;
        while (got < answers && ::read(ends[0], &byte, 1) == 1) ++got;
        ::kill(child, SIGKILL);
        while (::read(ends[0], &byte, 1) == 1) ++got;
        ::close(ends[0]);
        int status = 0;
        ::waitpid(child, &status, 0);
        REQUIRE(WIFSIGNALED(status));
        REQUIRE(got >= answers);
        told_units += 5 * static_cast<std::uint64_t>(got);

        Opened o(folder.store());
        o.must_open();
        const No flow = o.store->number(NameKind::flow, "f"), channel = o.store->number(NameKind::channel, "c"), source = o.store->number(NameKind::source, "s");
        std::uint64_t low = o.store->parts(Position::Sort::source, source).at(0).low;
        REQUIRE(o.store->parts(Position::Sort::source, source).at(0).done.empty());
        REQUIRE(low >= told_units);
        told_units = low;
        for (int i = 0; i < 2; ++i, ++low) {  // both files are opened, and what hangs over is cut
            Builder b(flow);
            b.put(channel, std::to_string(low)).line(folder.file(low % 2 ? "odd" : "even"), std::to_string(low) + "\n").unit(sourced(source, 1, low, low + 1));
            const auto answer = o.commit(std::move(b.commit));
            REQUIRE_MESSAGE(answer.fates.at(0) == Fate::durable, answer.why);
        }
        told_units = total = low;
        auto rows = o.store->read(channel, 0, SIZE_MAX, SIZE_MAX);
        REQUIRE(rows);
        REQUIRE(rows->size() == total);
        std::string even, odd;
        for (std::uint64_t i = 0; i < total; ++i) {
            REQUIRE((*rows)[i].body == std::to_string(i));
            (i % 2 ? odd : even) += std::to_string(i) + "\n";
        }
        REQUIRE(text_of(folder.file("even")) == even);
        REQUIRE(text_of(folder.file("odd")) == odd);
        o.stop();
        REQUIRE(!o.warned("backup"));
    }
    MESSAGE("units: " << total);
}
