// bcryptprimitives.dll, of which Go's runtime needs one function. Wine 8 does not have it.
#include <windows.h>

BOOLEAN NTAPI SystemFunction036(void *, ULONG); // RtlGenRandom

__declspec(dllexport) BOOL WINAPI ProcessPrng(BYTE *data, SIZE_T size) { return SystemFunction036(data, (ULONG)size); }
