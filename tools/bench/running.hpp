#pragma once
// A server that runs beside a measurement.
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tools/bench/measure.hpp"

namespace weir::bench {

class Running {
public:
    // Starts it in `folder`, what it says goes to the file `log`. It ends with this program, however that ends.
    Running(const std::vector<std::string>& arguments, const std::string& folder, const std::string& log);
    ~Running();
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

    // Waits until it listens.
    std::uint16_t port();
    long resident_kb() const;
    double cpu() const;  // seconds, up to now
    // Sends the signal and waits for the end: what it used from its start.
    Measured end(int signal);

private:
    pid_t child_ = -1;
    double began_ = 0;
    std::string name_, log_;
};

std::string text_of(const std::string& path);
void wait_a_moment(int milliseconds);

}  // namespace weir::bench
