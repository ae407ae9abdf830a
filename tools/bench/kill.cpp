#include <signal.h>
#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>
#include <deque>
#include <memory>
#include <random>
#include <sstream>

#include "tools/bench/benches.hpp"
#include "tools/bench/requests.hpp"
#include "tools/bench/running.hpp"

namespace weir::bench {
namespace {

constexpr std::size_t connections = 16;

// Of a length that differs, so that blocks are cut anywhere.
std::string body_of(std::uint64_t n) { return "{\"n\":" + std::to_string(n) + ",\"pad\":\"" + std::string(n * 37 % 300, static_cast<char>('a' + n % 26)) + "\"}"; }

// The producer, with its own ledger: a number is sent again until it is acknowledged.
class Producer {
public:
    explicit Producer(std::uint16_t port) : requests_(port, connections) {}
    // Until that moment; without `fresh` only what was sent before, and until all of it is acknowledged.
    void go(double until, bool fresh) {
        while (seconds() < until && (fresh || !again_.empty() || requests_.open() > 0)) {
            while (requests_.free() && (fresh || !again_.empty())) {
                const bool old = !again_.empty();
                const std::uint64_t n = old ? again_.front() : acknowledged.size();
                if (!requests_.ask(n, seconds(), post("/take", body_of(n)))) {
                    wait_a_moment(2);
                    break;
                }
                if (old) again_.pop_front();
                else acknowledged.push_back(false);
            }
            requests_.look(0.02, [&](const Answered& answer) { take(answer); });
        }
    }
    std::vector<bool> acknowledged;  // by number; as long as numbers were sent
    long retried = 0, refused = 0;

private:
    void take(const Answered& answer) {
        if (answer.status / 100 == 2) {
            acknowledged[answer.tag] = true;
            return;
        }
        ++retried;
        if (answer.status != 0) ++refused;
        again_.push_back(answer.tag);
    }
    Requests requests_;
    std::deque<std::uint64_t> again_;
};

}  // namespace

int kill_again(const Programs& programs, long times) {
    const Folder folder;
    mkdir((folder / "out").c_str(), 0755);
    const std::uint16_t port = free_port();
    const std::vector<std::string> command{programs.product, "run", programs.flows + "/kill.flow", "--set", "listen=127.0.0.1:" + std::to_string(port), "--store", "store"};
    const auto start = [&] { return std::make_unique<Running>(command, folder.path(), folder / "log"); };
    const unsigned seed = std::random_device()();
    std::printf("kill: SIGKILL %ld times under load, seed %u\n", times, seed);
    std::fflush(stdout);
    std::mt19937 random(seed);
    Producer producer(port);
    for (long n = 0; n < times; ++n) {
        const auto engine = start();
        if (n % 4 != 0) engine->port();  // the others may be killed while they open the store
        producer.go(seconds() + std::uniform_real_distribution<double>(0.01, 0.8)(random), true);
        engine->end(SIGKILL);
    }
    const auto engine = start();
    engine->port();
    producer.go(seconds() + 60, false);
    const std::string path = folder / "out/lines.jsonl";
    const std::size_t sent = producer.acknowledged.size();
    // Idle: the file has not grown for two seconds.
    struct stat status {};
    off_t size = -1;
    for (double since = seconds(); seconds() - since < 2; wait_a_moment(50)) {
        if (stat(path.c_str(), &status) == 0 && status.st_size != size) {
            size = status.st_size;
            since = seconds();
        }
    }
    const int ended = engine->end(SIGTERM).status;

    std::vector<int> found(sent, 0);
    long lines = 0, torn = 0, doubled = 0, missing = 0, acknowledged = 0;
    const std::string text = text_of(path);
    std::istringstream in(text);
    for (std::string line; std::getline(in, line); ++lines) {
        const std::uint64_t n = line.rfind("{\"n\":", 0) == 0 ? std::strtoull(line.c_str() + 5, nullptr, 10) : sent;
        if (n >= sent || line != body_of(n)) ++torn;
        else if (++found[n] == 2) ++doubled;
    }
    if (!text.empty() && text.back() != '\n') ++torn;
    for (std::size_t n = 0; n < sent; ++n) {
        acknowledged += producer.acknowledged[n] ? 1 : 0;
        missing += producer.acknowledged[n] && found[n] == 0 ? 1 : 0;
    }
    std::printf("%zu sent, %ld acknowledged, %ld retries (%ld of them after an answer that was no 2xx)\n%ld lines: %ld torn or never sent, %ld doubled, %ld acknowledged and missing; ended with status %d\n", sent,
                acknowledged, producer.retried, producer.refused, lines, torn, doubled, missing, ended);
    return torn + doubled + missing == 0 && acknowledged == static_cast<long>(sent) && sent > 0 && ended == 0 ? 0 : 1;
}

}  // namespace weir::bench
