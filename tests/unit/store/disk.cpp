// S5 on a disk that is really small: what is held in reserve, and what becomes of it.
#include <sys/mount.h>

#include "engine/store/folder.hpp"
#include "tests/unit/store/world.hpp"

using namespace weir;
using namespace weir::test;
using std::chrono::seconds;

namespace {

struct SmallDisk {
    Folder folder;
    bool there = false;
    explicit SmallDisk(const char* size) { there = ::mount("tmpfs", folder.path.c_str(), "tmpfs", 0, (std::string("size=") + size).c_str()) == 0; }
    ~SmallDisk() {
        if (there) ::umount(folder.path.c_str());
    }
};

void be_small(StoreOptions& options) {
    options.ballast = 4u << 20;
    options.low_space = 6u << 20;
    options.lower_space = 3u << 20;
}

}  // namespace

TEST_CASE("S5: the reserve is of blocks that the disk has given, and another one is made when there is room again") {
    Folder folder;
    Opened o(folder.store());
    o.options.ballast = 2u << 20;
    o.options.low_space = o.options.lower_space = 0;
    o.must_open();
    struct stat status {};
    REQUIRE(::stat(ballast_path(folder.store()).c_str(), &status) == 0);
    CHECK(status.st_size == 2 << 20);
    CHECK(status.st_blocks * 512 >= 2 << 20);
    CHECK((status.st_mode & 0777) == 0600);
    REQUIRE(::unlink(ballast_path(folder.store()).c_str()) == 0);
    o.clock.advance(seconds(1));
    CHECK(o.store->disk() == DiskLevel::enough);
    CHECK(::stat(ballast_path(folder.store()).c_str(), &status) == 0);
    o.stop();
}

TEST_CASE("W51: on a full disk the reserve is given up, and dead letters still find room; still full, nothing is committed and nothing lost") {
    SmallDisk disk("24m");
    if (!disk.there) {
        MESSAGE("skipped: this machine lets nobody mount a small disk");
        return;
    }
    Opened o(disk.folder.store());
    be_small(o.options);
    o.must_open();
    const No flow = o.store->number(NameKind::flow, "f"), channel = o.store->number(NameKind::channel, "c");
    CHECK(o.store->disk() == DiskLevel::enough);
    const std::string body(20'000, 'x');
    std::uint64_t kept = 0, after = 0;
    bool gave_up = false;
    for (int n = 0; n < 4000; ++n) {
        Builder b(flow);
        b.put(channel, body).dead("small", "why").unit();
        const Committed done = o.commit(std::move(b.commit));
        gave_up = gave_up || o.warned("is given up");
        if (done.fates[0] != Fate::durable) {
            CHECK(gave_up);
            CHECK_FALSE(done.why.empty());
            break;
        }
        ++kept;
        after += gave_up ? 1u : 0u;
        o.clock.advance(seconds(1));
    }
    CHECK(gave_up);
    CHECK(after >= 5);
    CHECK(o.store->disk() == DiskLevel::lower);
    CHECK(o.fatal.empty());
    o.store.reset();  // it dies there
    CHECK((*open_view(disk.folder.store()))->status()->dead == kept);
}

TEST_CASE("W52: a start on a full disk after a crash gives up the reserve first, and opens") {
    SmallDisk disk("24m");
    if (!disk.there) {
        MESSAGE("skipped: this machine lets nobody mount a small disk");
        return;
    }
    {
        Opened o(disk.folder.store());
        be_small(o.options);
        o.must_open();
        const No flow = o.store->number(NameKind::flow, "f"), channel = o.store->number(NameKind::channel, "c");
        Builder b(flow);
        b.put(channel, std::string(500'000, 'y')).unit();
        CHECK(o.commit(std::move(b.commit)).fates[0] == Fate::durable);
        o.store.reset();  // it dies there
    }
    std::string block(64 << 10, 'z');
    {
        std::ofstream foreign(disk.folder.file("foreign"), std::ios::binary);
        while (foreign.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
        }
    }
    Opened o(disk.folder.store());
    be_small(o.options);
    const auto opened = o.open();
    REQUIRE_MESSAGE(opened, (opened ? std::string() : opened.error().text));
    CHECK(o.warned("is full: its reserve of 4 MB is given up"));
    CHECK(o.bodies(o.store->number(NameKind::channel, "c")).size() == 1);
    CHECK(o.store->disk() == DiskLevel::low);
    // There is room again: it goes on by itself, with a new reserve.
    REQUIRE(::unlink(disk.folder.file("foreign").c_str()) == 0);
    o.clock.advance(seconds(1));
    CHECK(o.store->disk() == DiskLevel::enough);
    struct stat status {};
    CHECK(::stat(ballast_path(disk.folder.store()).c_str(), &status) == 0);
    o.stop();
}

TEST_CASE("P3: how deep a watched channel is, as its slowest consumer has it; without one, what stands") {
    Folder folder;
    Opened o(folder.store());
    o.must_open();
    const No flow = o.store->number(NameKind::flow, "f"), read = o.store->number(NameKind::channel, "read"), loose = o.store->number(NameKind::channel, "loose");
    const No fast = o.store->number(NameKind::subscription, "fast"), slow = o.store->number(NameKind::subscription, "slow");
    o.store->subscribe(fast, read, true);
    o.store->subscribe(slow, read, true);
    const auto put = [&](No channel, int count) {
        Builder b(flow);
        for (int n = 0; n < count; ++n) b.put(channel, "x");
        b.unit();
        o.commit(std::move(b.commit));
    };
    put(read, 3);
    put(loose, 2);
    CHECK(o.store->depth(read) == 0);  // nobody watches
    o.store->watch(read);
    o.store->watch(loose);
    CHECK(o.store->depth(read) == 3);
    CHECK(o.store->depth(loose) == 2);
    put(read, 2);
    put(loose, 1);
    CHECK(o.store->depth(read) == 5);
    CHECK(o.store->depth(loose) == 3);
    for (const RowId row : {1u, 2u, 4u, 5u}) {
        Builder b(flow);
        b.unit(consumed(fast, row));
        o.commit(std::move(b.commit));
    }
    CHECK(o.store->depth(read) == 5);
    for (const RowId row : {1u, 4u}) {
        Builder b(flow);
        b.unit(consumed(slow, row));
        o.commit(std::move(b.commit));
    }
    CHECK(o.store->depth(read) == 3);
    Deed purge;
    purge.sort = Deed::Sort::purge;
    purge.channel = "loose";
    purge.rows = {2};
    purge.why = "a test";
    CHECK(o.act(purge).rows == 1);
    CHECK(o.store->depth(loose) == 2);
    put(loose, 1);
    CHECK(o.store->depth(loose) == 3);
    o.stop();
    o.must_open();
    o.store->watch(read);
    o.store->watch(loose);
    CHECK(o.store->depth(read) == 3);
    CHECK(o.store->depth(loose) == 3);
    o.stop();
}

TEST_CASE("F3: a flow's dead letters are read in order and go with the commit of who took them") {
    Folder folder;
    Opened o(folder.store());
    o.must_open();
    const No f = o.store->number(NameKind::flow, "f"), reader = o.store->number(NameKind::flow, "reader");
    int woken = 0;
    o.store->on_dead(f, o.home, [&] { ++woken; });
    Builder b(f);
    b.dead("one", "first").unit({}, Outcome::dead).dead("two", "second").unit({}, Outcome::dead);
    o.commit(std::move(b.commit));
    o.home.run_until([&] { return woken > 0; });
    CHECK(woken == 1);
    auto letters = o.store->dead_letters(f, 0, 10);
    REQUIRE(letters);
    REQUIRE(letters->size() == 2);
    CHECK((*letters)[0].body == "one");
    CHECK((*letters)[1].failure.message == "second");
    CHECK((*letters)[1].failure.flow == "f");
    CHECK(o.store->dead_letters(reader, 0, 10)->empty());
    CHECK(o.store->dead_letters(f, (*letters)[0].id, 10)->size() == 1);
    Builder take(reader);
    take.unit({Position::Sort::dead, f, 0, (*letters)[0].id, (*letters)[0].id + 1});
    o.commit(std::move(take.commit));
    REQUIRE(o.store->dead_letters(f, 0, 10)->size() == 1);
    CHECK(o.store->dead_letters(f, 0, 10)->front().body == "two");
    const auto history = (*open_view(folder.store()))->messages(1, {});
    REQUIRE(history);
    REQUIRE(history->size() == 1);
    CHECK((*history)[0].from == "f.dead");
    CHECK((*history)[0].flow == "reader");
    o.stop();
}
