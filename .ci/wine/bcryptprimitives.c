#include <windows.h>
BOOLEAN NTAPI SystemFunction036(void *buffer, unsigned long size);
__declspec(dllexport) BOOL WINAPI ProcessPrng(BYTE *buffer, SIZE_T size) {
  return SystemFunction036(buffer, (unsigned long)size);
}
