// R9: the flight record in a file.
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "engine/system/flight.hpp"
#include "folder.hpp"

using namespace weir;

namespace {

std::unique_ptr<MappedFlight> opened(const std::string& path, std::size_t workers) {
    auto flight = MappedFlight::open(path, workers);
    REQUIRE_MESSAGE(static_cast<bool>(flight), (flight ? std::string() : flight.error().text));
    return std::move(*flight);
}

}  // namespace

TEST_CASE("what a killed process was in the middle of stands in the file; what it had left does not") {
    const TemporaryFolder folder;
    const std::string path = folder.path + "/flight";
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        auto flight = MappedFlight::open(path, 3);
        if (!flight) ::_exit(1);
        FlightSlot& first = (*flight)->slots()[0];
        first.enter({1, 2}, 7);
        first.leave();
        FlightSlot& second = (*flight)->slots()[2];
        second.enter({3, 4}, 8);
        second.at(99);
        ::kill(::getpid(), SIGKILL);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFSIGNALED(status));
    auto flight = opened(path, 1);  // fewer workers than before: none is overlooked
    REQUIRE(flight->slots().size() >= 3);
    CHECK(flight->slots()[0].running == 0);
    CHECK(flight->slots()[1].running == 0);
    const FlightSlot& slot = flight->slots()[2];
    CHECK(slot.running == 1);
    CHECK(slot.name_a == 3);
    CHECK(slot.name_b == 4);
    CHECK(slot.flow == 8);
    CHECK(slot.step == 99);
    struct stat rights {};
    REQUIRE(::stat(path.c_str(), &rights) == 0);
    CHECK((rights.st_mode & 0777) == 0600);
}

TEST_CASE("a file that is no flight record begins empty; one that can't be opened says so") {
    const TemporaryFolder folder;
    const std::string path = folder.path + "/flight";
    {
        std::ofstream out(path, std::ios::binary);
        out << std::string(500, 'x');
    }
    auto flight = opened(path, 2);
    REQUIRE(flight->slots().size() >= 2);
    for (const FlightSlot& slot : flight->slots()) CHECK(slot.running == 0);
    const auto refused = MappedFlight::open(folder.path + "/none/flight", 2);
    REQUIRE_FALSE(static_cast<bool>(refused));
    CHECK(refused.error().text.find("none/flight") != std::string::npos);
}
