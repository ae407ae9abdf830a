// The append stage: lines in files and rows in the store come and go together.
#include <sys/wait.h>

#include "world.hpp"

using namespace weir;
using namespace weir::test;

namespace {

// The real files, with an accident at the n-th operation of a sort.
class Accidents final : public Files {
public:
    explicit Accidents(Files& real) : real_(real) {}
    int sync_in = 0;         // counts down; at 1 it happens
    int append_in = 0;
    int truncate_in = 0;
    std::string only;        // part of the path; empty: all
    bool dies = false;       // the process ends there, after the operation
    int fired = 0;

    struct Wrapped final : File {
        std::unique_ptr<File> file;
        Accidents& a;
        bool concerned;
        Wrapped(std::unique_ptr<File> f, Accidents& accidents, bool c) : file(std::move(f)), a(accidents), concerned(c) {}
        bool now(int& counter) { return concerned && counter > 0 && --counter == 0; }
        Result<Done> happens(Result<Done> result) {
            ++a.fired;
            if (a.dies) ::_exit(7);
            if (!result) return result;
            return Error{5, "accident"};
        }
        Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) override { return file->read_at(offset, into); }
        Result<Done> write_at(std::uint64_t offset, std::string_view bytes) override { return file->write_at(offset, bytes); }
        Result<Done> append(std::string_view bytes) override {
            if (now(a.append_in)) return happens(file->append(bytes.substr(0, bytes.size() / 2)));  // half of it stands there
            return file->append(bytes);
        }
        Result<Done> truncate(std::uint64_t size) override {
            if (now(a.truncate_in)) return happens(Done{});  // and doesn't
            return file->truncate(size);
        }
        Result<Done> sync() override {
            if (now(a.sync_in)) return happens(file->sync());
            return file->sync();
        }
        Result<FileStatus> status() override { return file->status(); }
        bool lock_exclusive() override { return file->lock_exclusive(); }
    };
    Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode, unsigned permissions) override {
        auto file = real_.open(path, mode, permissions);
        if (!file) return file;
        return std::unique_ptr<File>(std::make_unique<Wrapped>(std::move(*file), *this, mode == OpenMode::append && (only.empty() || path.find(only) != std::string::npos)));
    }
    Result<FileStatus> status(const std::string& path) override { return real_.status(path); }
    Result<std::vector<std::string>> list(const std::string& folder) override { return real_.list(folder); }
    Result<Done> make_folder(const std::string& path, unsigned permissions) override { return real_.make_folder(path, permissions); }
    Result<Done> rename(const std::string& from, const std::string& to, bool replace) override { return real_.rename(from, to, replace); }
    Result<Done> remove(const std::string& path) override { return real_.remove(path); }
    Result<Done> sync_folder(const std::string& path) override { return real_.sync_folder(path); }
    Result<std::uint64_t> free_bytes(const std::string& path) override { return real_.free_bytes(path); }
    std::string working_folder() const override { return real_.working_folder(); }

private:
    Files& real_;
};

std::vector<std::string> cut_files(const Folder& folder) {
    std::vector<std::string> found;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(folder.store() + "/cut", none)) found.push_back(entry.path());
    return found;
}

}  // namespace

TEST_CASE("lines stand in their files, in order, behind what was there") {
    Folder folder;
    Opened o(folder.store());
    o.must_open();
    const No flow = o.store->number(NameKind::flow, "f");
    put_text(folder.file("a"), "before\n");
    Builder b(flow);
    b.line(folder.file("a"), "1\n").line(folder.file("b"), "2\n").unit().line(folder.file("a"), "3\n").unit();
    CHECK(o.commit(std::move(b.commit)).fates == std::vector<Fate>{Fate::durable, Fate::durable});
    CHECK(text_of(folder.file("a")) == "before\n1\n3\n");
    CHECK(text_of(folder.file("b")) == "2\n");
    o.stop();
    o.must_open();
    Builder c(flow);
    c.line(folder.file("a"), "4\n").unit();
    o.commit(std::move(c.commit));
    CHECK(text_of(folder.file("a")) == "before\n1\n3\n4\n");
    CHECK(cut_files(folder).empty());
    o.stop();
}

TEST_CASE("a crash between the lines and their commit: the tail is kept aside and cut, and the line stands once") {
    Folder folder;
    const auto begin = [&](Opened& o, bool first) {
        o.must_open();
        const No flow = o.store->number(NameKind::flow, "f"), source = o.store->number(NameKind::source, "s");
        Builder b(flow);
        if (first)
            b.line(folder.file("out"), "1\n").unit(sourced(source, 1, 0, 1));
        else
            b.line(folder.file("out"), "2\n").unit(sourced(source, 1, 1, 2));
        return o.commit(std::move(b.commit));
    };
    bool fresh = false;
    SUBCASE("in a file that the store knows") {}
    SUBCASE("in a file that was never committed to") { fresh = true; }
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        Opened o(folder.store());
        Accidents accidents(o.real_files);
        o.files = &accidents;
        if (!fresh) begin(o, true);
        accidents.dies = true;
        accidents.sync_in = 1;  // the lines are synced, then the process dies
        if (fresh) o.must_open();
        Builder b(o.store->number(NameKind::flow, "f"));
        b.line(folder.file("out"), "2\n").unit();
        o.commit(std::move(b.commit));
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFEXITED(status));
    REQUIRE(WEXITSTATUS(status) == 7);
    CHECK(text_of(folder.file("out")) == (fresh ? "2\n" : "1\n2\n"));
    Opened o(folder.store());
    begin(o, false);
    CHECK(text_of(folder.file("out")) == (fresh ? "2\n" : "1\n2\n"));
    CHECK(o.warned("bytes behind its last commit"));
    const auto cut = cut_files(folder);
    REQUIRE(cut.size() == 1);
    CHECK(text_of(cut[0]) == "2\n");
    CHECK(mode_of(cut[0]) == 0600);
    CHECK(mode_of(folder.store() + "/cut") == 0700);
    o.stop();
}

TEST_CASE("a file that was rotated, cut or replaced while the engine was away is never cut") {
    Folder folder;
    const std::string path = folder.file("out"), moved = folder.file("out.1");
    Opened o(folder.store());
    const auto append = [&](const std::string& text) {
        Builder b(o.store->number(NameKind::flow, "f"));
        b.line(path, text).unit();
        return o.commit(std::move(b.commit)).fates.at(0);
    };
    o.must_open();
    append("1\n");
    SUBCASE("another file, longer") {
        o.stop();
        std::filesystem::rename(path, moved);
        put_text(path, "somebody else's text\n");
        o.must_open();
        CHECK(append("2\n") == Fate::durable);
        CHECK(text_of(path) == "somebody else's text\n2\n");
        CHECK(text_of(moved) == "1\n");
        CHECK(o.warned("rotated"));
    }
    SUBCASE("deleted and made anew: the inode may be the same") {
        o.stop();
        std::filesystem::remove(path);
        put_text(path, "somebody else's text\n");
        o.must_open();
        append("2\n");
        CHECK(text_of(path) == "somebody else's text\n2\n");
    }
    SUBCASE("shorter") {
        append("1b\n");
        o.stop();
        put_text(path, "x");
        o.must_open();
        append("2\n");
        CHECK(text_of(path) == "x2\n");
        CHECK(o.warned("somebody has cut it"));
    }
    SUBCASE("moved away while the engine runs") {
        std::filesystem::rename(path, moved);
        append("2\n");
        append("3\n");
        CHECK(text_of(moved) == "1\n");
        CHECK(text_of(path) == "2\n3\n");
    }
    SUBCASE("somebody appends while the engine runs") {
        put_text(path, "1\nforeign\n");
        append("2\n");
        CHECK(text_of(path) == "1\nforeign\n2\n");
        CHECK(o.warned("another program writes it"));
    }
    SUBCASE("a restored store doesn't cut what was written after its backup") {
        o.stop();
        std::filesystem::copy(folder.store() + "/store.db", folder.file("backup.db"));
        o.must_open();
        append("2\n");
        const Id128 incarnation = o.store->incarnation();
        o.stop();
        std::filesystem::copy(folder.file("backup.db"), folder.store() + "/store.db", std::filesystem::copy_options::overwrite_existing);
        o.must_open();
        CHECK(o.warned("a backup was restored"));
        CHECK(o.store->incarnation() != incarnation);
        append("2\n");
        CHECK(text_of(path) == "1\n2\n2\n");
    }
    CHECK(cut_files(folder).empty());
    o.stop();
}

TEST_CASE("a write or sync that fails cuts all files of the set back; who doesn't need that file goes on") {
    Folder folder;
    Opened o(folder.store());
    Accidents accidents(o.real_files);
    accidents.only = "bad";
    o.files = &accidents;
    o.must_open();
    const No flow = o.store->number(NameKind::flow, "f"), channel = o.store->number(NameKind::channel, "c"), source = o.store->number(NameKind::source, "s");
    const auto commit = [&](std::uint64_t at) {
        Builder b(flow);
        b.line(folder.file("good"), "g1\n").put(channel, "1").unit(sourced(source, 1, at, at + 1));
        b.line(folder.file("good"), "g2\n").line(folder.file("bad"), "b2\n").put(channel, "2").unit(sourced(source, 1, at + 1, at + 2));
        b.line(folder.file("good"), "g3\n").unit(sourced(source, 1, at + 2, at + 3));
        return o.commit(std::move(b.commit));
    };
    SUBCASE("write") { accidents.append_in = 1; }
    SUBCASE("sync") { accidents.sync_in = 1; }
    SUBCASE("write, and cutting back fails too") {
        accidents.append_in = 1;
        accidents.truncate_in = 1;
    }
    const Committed answer = commit(0);
    CHECK(accidents.fired >= 1);
    CHECK(answer.fates == std::vector<Fate>{Fate::durable, Fate::waits, Fate::durable});
    CHECK(answer.why == "accident");
    CHECK(text_of(folder.file("good")) == "g1\ng3\n");
    CHECK(o.bodies(channel) == std::vector<std::string>{"1"});
    CHECK(o.store->parts(Position::Sort::source, source).at(0).low == 1);
    Builder again(flow);
    again.line(folder.file("good"), "g2\n").line(folder.file("bad"), "b2\n").put(channel, "2").unit(sourced(source, 1, 1, 2));
    CHECK(o.commit(std::move(again.commit)).fates == std::vector<Fate>{Fate::durable});
    CHECK(text_of(folder.file("good")) == "g1\ng3\ng2\n");
    CHECK(text_of(folder.file("bad")) == "b2\n");
    CHECK(o.store->parts(Position::Sort::source, source).at(0).low == 3);
    o.stop();
}

TEST_CASE("a file that can't be opened, or that another engine appends to, holds up only its own units") {
    Folder folder;
    Opened o(folder.store()), other(folder.file("other-store"));
    o.must_open();
    other.must_open();
    Builder theirs(other.store->number(NameKind::flow, "f"));
    theirs.line(folder.file("taken"), "t\n").unit();
    CHECK(other.commit(std::move(theirs.commit)).fates.at(0) == Fate::durable);
    put_text(folder.file("plain"), "a file, no folder");
    Builder b(o.store->number(NameKind::flow, "f"));
    b.line(folder.file("free"), "1\n").unit().line(folder.file("taken"), "2\n").unit().line(folder.file("plain/x"), "3\n").unit();
    b.line(folder.file("new/folder/x"), "4\n").unit();
    const auto answer = o.commit(std::move(b.commit));
    CHECK(answer.fates == std::vector<Fate>{Fate::durable, Fate::waits, Fate::waits, Fate::durable});
    CHECK(text_of(folder.file("new/folder/x")) == "4\n");
    CHECK(answer.why.find("another program") != std::string::npos);
    CHECK(text_of(folder.file("taken")) == "t\n");
    CHECK(text_of(folder.file("free")) == "1\n");
    other.stop();
    Builder again(o.store->number(NameKind::flow, "f"));
    again.line(folder.file("taken"), "2\n").unit();
    CHECK(o.commit(std::move(again.commit)).fates.at(0) == Fate::durable);
    CHECK(text_of(folder.file("taken")) == "t\n2\n");
    o.stop();
}

TEST_CASE("more files than are kept open") {
    Folder folder;
    Opened o(folder.store());
    o.must_open();
    const No flow = o.store->number(NameKind::flow, "f");
    for (int round = 0; round < 2; ++round)
        for (int block = 0; block < 4; ++block) {
            Builder b(flow);
            for (int i = 0; i < 90; ++i) b.line(folder.file("n" + std::to_string(block * 90 + i)), std::to_string(round) + "\n").unit();
            o.commit(std::move(b.commit));
        }
    for (int i = 0; i < 360; ++i) CHECK(text_of(folder.file("n" + std::to_string(i))) == "0\n1\n");
    CHECK(o.warnings.empty());
    o.stop();
}
