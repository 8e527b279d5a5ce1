#include "fabric/links.h"

#include <cuda_runtime_api.h>

#include "cuda/device.h"

namespace vt::fabric {

std::string pci_address(int device) {
  (void)cuda::device_properties(device);  // that it is there
  char text[32] = "";
  if (cudaDeviceGetPCIBusId(text, sizeof text, device) == cudaSuccess) return text;
  (void)cudaGetLastError();
  return {};
}

LinkFacts link_facts(int device, int peer) {
  LinkFacts facts;
  facts.is_reached = cuda::can_access_peer(device, peer);
  if (!facts.is_reached) return facts;
  int atomics = 0;
  if (cudaDeviceGetP2PAttribute(&atomics, cudaDevP2PAttrNativeAtomicSupported, device, peer) != cudaSuccess ||
      cudaDeviceGetP2PAttribute(&facts.rank, cudaDevP2PAttrPerformanceRank, device, peer) != cudaSuccess) {
    (void)cudaGetLastError();
  }
  facts.has_atomics = atomics != 0;
  return facts;
}

}  // namespace vt::fabric
