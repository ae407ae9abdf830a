#include <signal.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <sstream>

#include "tools/bench/benches.hpp"
#include "tools/bench/requests.hpp"
#include "tools/bench/running.hpp"
#include "tools/bench/scans.hpp"

namespace weir::bench {
namespace {

constexpr std::size_t connections = 64;
constexpr std::uint64_t most_scans = 1'000'000;  // as many rows as `weir channels peek` shows
constexpr double answers_within = 30;            // seconds, behind the last request

double megabytes(long kb) { return static_cast<double>(kb) / 1024; }

struct Load {
    std::uint64_t sent = 0;
    long refused = 0;  // an answer that was no 202
    long lost = 0;     // no answer
    std::vector<float> waited;
    std::vector<long> engine_kb, model_kb;  // each second
    double took = 0, engine_cpu = 0, model_cpu = 0;
};

// Open loop: each request has its moment, whatever became of those before it. One that finds no connection free goes late, and counts from its moment.
Load send_on_time(std::uint16_t port, std::uint64_t total, long rate, const Running& engine, const Running& model, Ledger& ledger) {
    Load load;
    Requests requests(port, connections);
    const double begin = seconds(), engine_cpu = engine.cpu(), model_cpu = model.cpu(), length = static_cast<double>(total) / static_cast<double>(rate);
    const auto moment = [&](std::uint64_t n) { return begin + static_cast<double>(n) / static_cast<double>(rate); };
    std::uint64_t answered = 0;
    double now = begin, next_look = begin + 1;
    while (answered < total && now < begin + length + answers_within) {
        for (; load.sent < total && requests.free() && moment(load.sent) <= now; ++load.sent)
            if (!requests.ask(load.sent, moment(load.sent), post("/scan", scan_of(load.sent)))) give_up("nobody listens");
        const bool may_send = load.sent < total && requests.free();
        requests.look(may_send ? std::clamp(moment(load.sent) - seconds(), 0.0, 0.1) : 0.1, [&](const Answered& answer) {
            ++answered;
            load.waited.push_back(static_cast<float>(answer.waited));
            if (answer.status == 202) ledger.acknowledged(answer.tag, answer.body);
            else ++(answer.status == 0 ? load.lost : load.refused);
        });
        now = seconds();
        if (now < next_look) continue;
        next_look += 1;
        load.engine_kb.push_back(engine.resident_kb());
        load.model_kb.push_back(model.resident_kb());
        if (load.engine_kb.size() % 5 != 0) continue;
        std::printf("%4.0f s  %7llu sent  %7llu answered  engine %6.1f MB  %5.1f CPU-s  model %5.1f MB  %5.1f CPU-s\n", now - begin, static_cast<unsigned long long>(load.sent),
                    static_cast<unsigned long long>(answered), megabytes(load.engine_kb.back()), engine.cpu() - engine_cpu, megabytes(load.model_kb.back()), model.cpu() - model_cpu);
        std::fflush(stdout);
    }
    load.lost += static_cast<long>(load.sent - answered);
    load.took = now - begin;
    load.engine_cpu = engine.cpu() - engine_cpu;
    load.model_cpu = model.cpu() - model_cpu;
    return load;
}

// What a command prints about the store of the engine.
std::string ask(const Programs& programs, const Folder& folder, std::vector<std::string> words) {
    words.insert(words.begin(), programs.product);
    for (const char* word : {"--store", "store", "--format", "json"}) words.emplace_back(word);
    const std::string said = folder / "said";
    if (run_process(words, folder.path(), said).status != 0) give_up("weir " + words[1] + ": " + text_of(said));
    return text_of(said);
}

long number_behind(const std::string& text, const std::string& before) {
    const std::size_t at = text.find(before);
    return at == std::string::npos ? 0 : std::atol(text.c_str() + at + before.size());
}

// How many messages still have a way to go: in the queues that somebody reads, or at rest.
long under_way(const Programs& programs, const Folder& folder) {
    long count = number_behind(ask(programs, folder, {"status"}), "\"waiting\":");
    std::istringstream lines(ask(programs, folder, {"channels"}));
    for (std::string line; std::getline(lines, line);) {
        const std::string_view name = behind(line, "\"channel\":\"");
        if (!name.starts_with("outbox.") && name != "scans.failed") count += number_behind(line, "\"waiting\":");
    }
    return count;
}

bool say(const char* name, const Found& found) {
    std::printf("%-20s %7ld lines: %ld missing, %ld doubled, %ld strange\n", name, found.lines, found.missing, found.doubled, found.strange);
    return found.good();
}

double middle_mb(std::vector<long> kb) {
    if (kb.empty()) return 0;
    std::nth_element(kb.begin(), kb.begin() + static_cast<std::ptrdiff_t>(kb.size() / 2), kb.end());
    return megabytes(kb[kb.size() / 2]);
}

void say_memory(const char* name, const std::vector<long>& kb, double cpu, std::uint64_t messages) {
    const auto third = static_cast<std::ptrdiff_t>((kb.size() + 2) / 3);
    std::printf("%-7s %6.1f MB in the first third, %6.1f MB in the last (medians); %.1f CPU-s under load, %.0f CPU-s/M\n", name, middle_mb({kb.begin(), kb.begin() + third}),
                middle_mb({kb.end() - third, kb.end()}), cpu, cpu * 1e6 / static_cast<double>(messages));
}

}  // namespace

int soak(const Programs& programs, long length, long rate) {
    if (rate <= 0 || static_cast<std::uint64_t>(length) * static_cast<std::uint64_t>(rate) > most_scans) give_up("a soak has from 1 to " + std::to_string(most_scans) + " scans");
    const std::uint64_t total = static_cast<std::uint64_t>(length) * static_cast<std::uint64_t>(rate);
    const Folder folder, model_folder;
    const std::string flows = programs.flows + "/../../flows", here = "127.0.0.1:";
    Running model({programs.product, "run", flows + "/vision.flow", "--set", "listen=" + here + "0", "--store", "store"}, model_folder.path(), model_folder / "log");
    const std::string model_url = "vision_url=http://" + here + std::to_string(model.port());
    Running engine({programs.product, "run", flows + "/scan.flow", "--set", "listen=" + here + "0", "--set", model_url, "--store", "store"}, folder.path(), folder / "log");
    const std::uint16_t port = engine.port();
    std::printf("soak: scan.flow asks vision.flow, %ld s of %ld scans a second, %zu kept connections, synchronous=FULL\n", length, rate, connections);
    std::fflush(stdout);

    Ledger ledger;
    Load load = send_on_time(port, total, rate, engine, model, ledger);
    const double begin = seconds(), patience = 60 + 5 * static_cast<double>(length);
    const long behind_at_end = under_way(programs, folder);
    long left = behind_at_end;
    for (; left > 0 && seconds() < begin + patience; left = under_way(programs, folder)) wait_a_moment(500);
    const double drained = seconds() - begin;
    const double engine_cpu = engine.cpu(), model_cpu = model.cpu();
    const int engine_status = engine.end(SIGTERM).status, model_status = model.end(SIGTERM).status;

    const Waits w = waits(load.waited);
    std::printf("%llu sent in %.1f s: %ld answered 202, %ld otherwise, %ld not answered\n", static_cast<unsigned long long>(load.sent), load.took, ledger.count(), load.refused, load.lost);
    std::printf("from the moment each was due to its answer: p50 %.2f ms  p99 %.2f ms  longest %.2f ms\n", w.half * 1e3, w.most * 1e3, load.waited.empty() ? 0 : static_cast<double>(load.waited.back()) * 1e3);
    say_memory("engine", load.engine_kb, load.engine_cpu, load.sent);
    say_memory("model", load.model_kb, load.model_cpu, load.sent);
    std::printf("behind the load: %ld messages under way, %ld left after %.1f s; in all engine %.1f CPU-s, model %.1f CPU-s\n", behind_at_end, left, drained, engine_cpu, model_cpu);

    bool good = say("analytics.jsonl", ledger.by_id(text_of(folder / "out/analytics.jsonl"), load.sent));
    good = say("audit.jsonl", ledger.by_key(text_of(folder / "out/audit.jsonl"), load.sent, [](std::uint64_t) { return true; })) && good;
    for (const char* who : {"email", "sms", "push"}) {
        const std::string name = std::string("outbox.") + who, text = ask(programs, folder, {"channels", "peek", name, "--limit", std::to_string(most_scans)});
        good = say(name.c_str(), ledger.by_key(text, load.sent, [&](std::uint64_t n) { return tells(n, who); })) && good;
    }
    const std::string failed = ask(programs, folder, {"channels", "peek", "scans.failed", "--limit", "3"});
    const long dead = number_behind(ask(programs, folder, {"status"}), "\"dead_letters\":");
    std::printf("%ld dead letters; ended with status %d and %d\n%s", dead, engine_status, model_status, failed.empty() ? "" : ("in scans.failed:\n" + failed).c_str());
    return good && left == 0 && dead == 0 && failed.empty() && load.lost == 0 && ledger.count() > 0 && engine_status == 0 && model_status == 0 ? 0 : 1;
}

}  // namespace weir::bench
