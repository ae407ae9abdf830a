#include "tools/bench/orders.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <iterator>

#include "tools/bench/measure.hpp"

namespace weir::bench {

void append_order(std::string& out, long long n) {
    static constexpr const char* regions[] = {"EU", "US", "APAC", "LATAM"};
    const auto to = std::back_inserter(out);
    fmt::format_to(to, R"({{"id":"ord-{:08}","type":"order.created","ts":"2024-05-{:02}T12:{:02}:56.789Z",)", n * 7919 % 100000000, n % 28 + 1, n % 60);
    fmt::format_to(to, R"("customer":{{"id":"c-{}","name":"Acme Lighting {} GmbH","region":"{}"{}}},)", 4711 + n * 13, n, regions[n % 4], n % 5 == 0 ? R"(,"tier":"gold")" : "");
    fmt::format_to(to, R"("items":[{{"sku":"A-{}","qty":{},"price":{}.99}},{{"sku":"B-{}","qty":1,"price":54.5}},{{"sku":"C-{}","qty":10,"price":1.25}}],)", n * 31 % 997, n % 9 + 1, n % 90 + 9,
                   n * 17 % 991, n * 7 % 9973);
    fmt::format_to(to, R"("total":{}.{:02},"currency":"EUR","priority":{},"express":{}}})", n * 37 % 400 + 20, n * 7 % 100, n % 5, n % 3 == 0);
}

void write_orders(const std::string& path, long count) {
    std::FILE* file = std::fopen(path.c_str(), "wb");
    if (file == nullptr) give_up("can't write " + path);
    std::string text;
    bool good = true;
    for (long n = 0; n < count; ++n) {
        append_order(text, n);
        text += '\n';
        if (text.size() > 200'000 || n + 1 == count) {
            good = good && std::fwrite(text.data(), 1, text.size(), file) == text.size();
            text.clear();
        }
    }
    if (std::fclose(file) != 0 || !good) give_up("can't write " + path);
}

}  // namespace weir::bench
