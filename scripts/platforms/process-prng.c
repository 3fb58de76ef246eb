/* ProcessPrng, from which Rust takes random bytes. Wine has it from version 9 on, as `bcryptprimitives.dll`. */
#include <windows.h>

BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size) {
  return SystemFunction036(data, (ULONG)size);
}
