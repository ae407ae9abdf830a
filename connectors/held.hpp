#pragma once
#include <memory>

#include "engine/ports/connector.hpp"

namespace weir {

// A source whose tasks stand in the executor's queue: they hold it weakly, the engine holds this. When the engine lets go, they find it stopped or gone.
template <class Inner> class Held final : public Source {
public:
    explicit Held(std::shared_ptr<Inner> inner) : inner_(std::move(inner)) {}
    ~Held() override { inner_->stop(); }
    void start(Inlet& inlet, std::vector<PartState> known) override { inner_->start(inlet, std::move(known)); }
    void resume() override { inner_->resume(); }
    void settle(std::uint64_t ticket, Verdict verdict) override { inner_->settle(ticket, verdict); }
    void stop() override { inner_->stop(); }

private:
    std::shared_ptr<Inner> inner_;
};

}  // namespace weir
