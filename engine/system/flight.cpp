#include "engine/system/flight.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace weir {
namespace {

constexpr char mark[64] = "weir flight 1";   // in front of the slots, of their size
constexpr std::size_t most_workers = 4096;   // of a file that somebody else may have made long

Error error_of(const std::string& path, int number) { return {number, "`" + path + "`: " + std::generic_category().message(number)}; }

}  // namespace

Result<std::unique_ptr<MappedFlight>> MappedFlight::open(const std::string& path, std::size_t workers) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0) return error_of(path, errno);
    struct stat status {};
    if (::fstat(file, &status) != 0) {
        const Error error = error_of(path, errno);
        ::close(file);
        return error;
    }
    const std::size_t before = static_cast<std::size_t>(status.st_size) / sizeof(FlightSlot);
    const std::size_t places = std::clamp(std::max(workers + 1, before), std::size_t{1}, most_workers);
    const std::size_t bytes = places * sizeof(FlightSlot);
    // Its blocks are there before it is mapped: a store into a hole of a full disk would be a SIGBUS.
    const int refused = ::posix_fallocate(file, 0, static_cast<off_t>(bytes));
    void* const at = refused == 0 ? ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0) : MAP_FAILED;
    const int why = refused != 0 ? refused : errno;
    ::close(file);
    if (at == MAP_FAILED) return error_of(path, why);
    if (std::memcmp(at, mark, sizeof mark) != 0) {
        std::memset(at, 0, bytes);
        std::memcpy(at, mark, sizeof mark);
    }
    return std::unique_ptr<MappedFlight>(new MappedFlight(at, bytes));
}

MappedFlight::~MappedFlight() { ::munmap(at_, bytes_); }

std::span<FlightSlot> MappedFlight::slots() { return {static_cast<FlightSlot*>(at_) + 1, bytes_ / sizeof(FlightSlot) - 1}; }

}  // namespace weir
