#include <signal.h>

#include <algorithm>
#include <cstdio>
#include <sstream>

#include "tools/bench/benches.hpp"
#include "tools/bench/orders.hpp"
#include "tools/bench/requests.hpp"
#include "tools/bench/running.hpp"

namespace weir::bench {
namespace {

constexpr int rounds = 3;
constexpr std::size_t connections = 64;

struct Served {
    Measured used;  // by the server
    Waits waits;
    double per_second = 0;
};

Served serve(const Programs& programs, const std::vector<std::string>& server, const std::string& work, long length, const Folder& folder) {
    Running running(server, folder.path(), folder / "log");
    const std::uint16_t port = running.port();
    const std::string said = folder / "load";
    const Measured load = run_process({programs.bench, "load-http", std::to_string(port), work, std::to_string(length)}, folder.path(), said);
    Served out;
    double took = 0;
    std::istringstream words(text_of(said));
    if (load.status != 0 || !(words >> out.used.messages >> took >> out.waits.half >> out.waits.most)) give_up("the load ended: " + text_of(said) + text_of(folder / "log"));
    const long messages = out.used.messages;
    out.used = running.end(SIGTERM);
    out.used.messages = messages;
    out.per_second = static_cast<double>(messages) / took;
    return out;
}

void say(const char* name, const Served& s) {
    std::printf("%-28s %8.1f k/s  %6.2f CPU-s/M  p50 %6.2f ms  p99 %6.2f ms  %6.1f MB peak\n", name, s.per_second / 1e3, s.used.cpu_per_million(), s.waits.half * 1e3, s.waits.most * 1e3,
                static_cast<double>(s.used.peak_kb) / 1024);
    std::fflush(stdout);
}

// By rate: here it is what is asked for, and both sides ran by turns.
Served middle_of(std::vector<Served> all) {
    std::sort(all.begin(), all.end(), [](const Served& a, const Served& b) { return a.per_second < b.per_second; });
    return all[all.size() / 2];
}

}  // namespace

int load_http(std::uint16_t port, const std::string& work, long length) {
    std::string body = R"({"id":"ord-00000001","n":21})";
    if (work == "take") {
        body.clear();
        append_order(body, 1);
    }
    const std::string request = post("/" + work, body);
    Requests requests(port, connections);
    std::vector<float> all;
    const double begin = seconds(), until = begin + static_cast<double>(length);
    double now = begin;
    while (now < until) {
        while (requests.free())
            if (!requests.ask(0, now, request)) give_up("nobody listens");
        requests.look(0.1, [&](const Answered& answer) {
            if (answer.status / 100 != 2) give_up("an answer with status " + std::to_string(answer.status));
            all.push_back(static_cast<float>(answer.waited));
        });
        now = seconds();
    }
    const std::size_t count = all.size();
    const Waits w = waits(all);
    std::printf("%zu %.6f %.6f %.6f\n", count, now - begin, w.half, w.most);
    return 0;
}

int bench_http(const Programs& programs, long length) {
    constexpr const char* titles[] = {"http: a POST answered with a mapped object, which the history keeps, synchronous=FULL", "http: a POST answered with a mapped object, history off",
                                      "http: 202 when an order is durable, synchronous=FULL"};
    for (const std::string work : {"square", "quick", "take"}) {
        std::printf("%s, %zu kept connections, %ld s a round\n", titles[work == "square" ? 0 : work == "quick" ? 1 : 2], connections, length);
        std::vector<Served> yard, product;
        for (int round = 0; round < rounds; ++round) {
            const Folder yard_folder, product_folder;
            yard.push_back(serve(programs, {programs.bench, "yardstick-http", work == "take" ? "take" : "square", yard_folder.path()}, work, length, yard_folder));
            say(work == "take" ? "bare Beast and SQLite" : "bare Beast, fixed answer", yard.back());
            product.push_back(serve(programs, {programs.product, "run", programs.flows + "/http.flow", "--set", "listen=127.0.0.1:0", "--store", "store"}, work, length, product_folder));
            say("weir run", product.back());
        }
        const Served y = middle_of(yard), p = middle_of(product);
        std::printf("middle round: %.2f of the yardstick's rate, %.2f CPU-s/M against %.2f, p99 %.2f ms against %.2f\n", p.per_second / y.per_second, p.used.cpu_per_million(), y.used.cpu_per_million(),
                    p.waits.most * 1e3, y.waits.most * 1e3);
    }
    return 0;
}

}  // namespace weir::bench
