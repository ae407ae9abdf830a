#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tools/bench/benches.hpp"
#include "tools/bench/compare.hpp"
#include "tools/bench/measure.hpp"
#include "tools/bench/orders.hpp"

namespace weir::bench {
namespace {

constexpr int rounds = 3;
constexpr const char* outputs[] = {"eu.jsonl", "us.jsonl", "other.jsonl"};

std::string whole(const std::string& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
}

void say(const char* name, const Measured& m) {
    std::printf("%-28s %8.0f k/s  %6.2f CPU-s/M  %6.2f s wall  %6.1f MB peak\n", name, m.per_second() / 1e3, m.cpu_per_million(), m.wall, static_cast<double>(m.peak_kb) / 1024);
    std::fflush(stdout);
}

class Work {
public:
    Work(const Programs& programs, long lines) : programs_(programs), lines_(lines) {
        write_orders(folder_ / "orders.jsonl", lines);
        mkdir((folder_ / "yard").c_str(), 0755);
    }
    Measured yardstick() { return run({programs_.bench, "yardstick-route", "orders.jsonl", "yard"}, folder_.path(), folder_ / "yardstick.log"); }
    // Each round begins with an empty store and no output. What the round before has written goes first, so that both find as much memory for
    // their files as they have had: the yardstick writes over its own, and on a virtual machine a page that nobody has had costs its host's work.
    Measured product(const std::function<bool()>& watch = {}) {
        product_folder_ = folder_ / "product";
        std::filesystem::remove_all(product_folder_);
        mkdir(product_folder_.c_str(), 0755);
        mkdir((product_folder_ + "/out").c_str(), 0755);
        if (link((folder_ / "orders.jsonl").c_str(), (product_folder_ + "/orders.jsonl").c_str()) != 0) give_up("the orders can't be linked");
        return run({programs_.product, "run", programs_.flows + "/route.flow", "--store", "store"}, product_folder_, product_folder_ + "/log", watch);
    }
    Comparison compare() const {
        Comparison result;
        for (const char* name : outputs) compare_lines(folder_ / ("yard/" + std::string(name)), product_folder_ + "/out/" + name, result);
        return result;
    }
    // Is the first whole line there?
    bool first_output() const {
        struct stat status {};
        return stat((product_folder_ + "/out/eu.jsonl").c_str(), &status) == 0 && status.st_size > 0;
    }

private:
    Measured run(const std::vector<std::string>& arguments, const std::string& folder, const std::string& log, const std::function<bool()>& watch = {}) const {
        Measured measured = run_process(arguments, folder, log, watch);
        measured.messages = lines_;
        if (measured.status != 0) give_up(arguments[0] + " ended with status " + std::to_string(measured.status) + ":\n" + whole(log));
        return measured;
    }
    const Programs& programs_;
    long lines_;
    Folder folder_;
    std::string product_folder_;
};

}  // namespace

int bench_route(const Programs& programs, long lines) {
    std::printf("route: %ld order lines, six fields, three files, order kept; the product keeps positions, history and synced files\n", lines);
    Work work(programs, lines);
    std::vector<Measured> yard, product;
    work.yardstick();  // not counted: they touch their memory and files for the first time
    work.product();
    for (int round = 0; round < rounds; ++round) {
        yard.push_back(work.yardstick());
        say("yardstick", yard.back());
        product.push_back(work.product());
        say("weir run", product.back());
    }
    const Comparison comparison = work.compare();
    const Measured y = middle(yard), p = middle(product);
    std::printf("middle round: %.2f CPU-s/M against %.2f: %.2f times the yardstick's CPU, %.2f of its rate\n", p.cpu_per_million(), y.cpu_per_million(), p.cpu / y.cpu, p.per_second() / y.per_second());
    if (!comparison.difference.empty()) {
        std::printf("the outputs differ: %s\n", comparison.difference.c_str());
        return 1;
    }
    std::printf("the outputs are equal: %ld lines, %ld of them with a number that the yardstick's doubles miss in the last digit\n", comparison.lines, comparison.other_digit);
    return 0;
}

int bench_start(const Programs& programs) {
    std::printf("start: one order line, until its output stands in the file\n");
    Work work(programs, 1);
    std::vector<double> first;
    std::vector<Measured> all;
    for (int round = 0; round < 5; ++round) {
        double seen = 0;
        const double begin = seconds();
        all.push_back(work.product([&] {
            if (!work.first_output()) return false;
            seen = seconds() - begin;
            return true;
        }));
        first.push_back(seen > 0 ? seen : all.back().wall);
        std::printf("%-28s first output %6.1f ms  ended %6.1f ms  CPU %6.1f ms  %6.1f MB peak\n", "weir run", first.back() * 1e3, all.back().wall * 1e3, all.back().cpu * 1e3, static_cast<double>(all.back().peak_kb) / 1024);
    }
    const Measured yard = work.yardstick();
    std::printf("%-28s ended        %6.1f ms  CPU %6.1f ms  %6.1f MB peak\n", "yardstick", yard.wall * 1e3, yard.cpu * 1e3, static_cast<double>(yard.peak_kb) / 1024);
    return 0;
}

}  // namespace weir::bench
