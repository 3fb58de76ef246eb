import type { Koffi } from "./koffi.ts";
import type { MappingSystem } from "./mapped-memory.ts";

/** PAGE_READONLY. */
const pageReadOnly = 2;
/** FILE_MAP_READ. */
const fileMapRead = 4;

/**
 * Maps files with `CreateFileMappingW` and `MapViewOfFile`. Windows does not delete a file while a view of it is
 * mapped, so what a dataset no longer needs is removed by a later lock.
 */
export function openWindowsMapping(koffi: Koffi): MappingSystem {
  const kernel = koffi.load("kernel32.dll");
  // Node exports the function that turns its descriptors into handles of the system.
  const handleOf = koffi.load(null).func("intptr_t uv_get_osfhandle(int fd)");
  const createMapping = kernel.func(
    "intptr_t CreateFileMappingW(intptr_t file, void *security, uint32_t protect, uint32_t high, uint32_t low, const char16_t *name)",
  );
  const mapView = kernel.func(
    "intptr_t MapViewOfFile(intptr_t mapping, uint32_t access, uint32_t high, uint32_t low, size_t bytes)",
  );
  const unmapView = kernel.func("int UnmapViewOfFile(intptr_t address)");
  const closeHandle = kernel.func("int CloseHandle(intptr_t handle)");
  const lastError = kernel.func("uint32_t GetLastError()");
  const unlock = kernel.func("int VirtualUnlock(intptr_t address, size_t bytes)");
  return {
    map(fd, length) {
      const section = BigInt(createMapping(BigInt(handleOf(fd)), null, pageReadOnly, 0, 0, null));
      if (section === 0n) return `system error ${lastError()}`;
      const address = BigInt(mapView(section, fileMapRead, 0, 0, length));
      const error = address === 0n ? `system error ${lastError()}` : undefined;
      // The view keeps the section alive.
      closeHandle(section);
      if (error !== undefined) return error;
      return {
        view: () => koffi.view(address, length),
        unmap: () => void unmapView(address),
        // Windows has no such hint for views; its cache reads ahead by itself.
        advise: () => undefined,
        prefetch: () => undefined,
        // To unlock pages that are not locked takes them out of the working set of the process.
        release: () => void unlock(address, length),
      };
    },
  };
}
