/* sha256, base64, base64decode. */
#include <sha2.h>

#include "Sandbox.h"

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int sha256(lua_State *lua) {
  size_t size;
  const char *text = luaL_checklstring(lua, 1, &size);
  charge(lua, size / 4 + 100);
  SHA2_CTX context;
  uint8_t digest[SHA256_DIGEST_LENGTH];
  SHA256Init(&context);
  SHA256Update(&context, (const uint8_t *)text, size);
  SHA256Final(digest, &context);
  char digits[2 * SHA256_DIGEST_LENGTH];
  for (size_t index = 0; index < sizeof digest; index++) {
    digits[2 * index] = "0123456789abcdef"[digest[index] >> 4];
    digits[2 * index + 1] = "0123456789abcdef"[digest[index] & 15];
  }
  lua_pushlstring(lua, digits, sizeof digits);
  return 1;
}

static int base64(lua_State *lua) {
  size_t size;
  const uint8_t *text = (const uint8_t *)luaL_checklstring(lua, 1, &size);
  size_t total = (size + 2) / 3 * 4;
  charge_bytes(lua, total);
  charge(lua, total / 4);
  luaL_Buffer buffer;
  char *target = luaL_buffinitsize(lua, &buffer, total);
  for (size_t index = 0; index < size; index += 3) {
    size_t left = size - index;
    uint32_t group = (uint32_t)text[index] << 16;
    if (left > 1) group |= (uint32_t)text[index + 1] << 8;
    if (left > 2) group |= text[index + 2];
    *target++ = letters[group >> 18];
    *target++ = letters[group >> 12 & 63];
    *target++ = left > 1 ? letters[group >> 6 & 63] : '=';
    *target++ = left > 2 ? letters[group & 63] : '=';
  }
  luaL_pushresultsize(&buffer, total);
  return 1;
}

/* The six bits of a letter of either alphabet (RFC 4648 sections 4 and 5); -1 for anything else. */
static int bits_of(char letter) {
  if (letter >= 'A' && letter <= 'Z') return letter - 'A';
  if (letter >= 'a' && letter <= 'z') return letter - 'a' + 26;
  if (letter >= '0' && letter <= '9') return letter - '0' + 52;
  if (letter == '+' || letter == '-') return 62;
  if (letter == '/' || letter == '_') return 63;
  return -1;
}

static int base64decode(lua_State *lua) {
  size_t size;
  const char *text = luaL_checklstring(lua, 1, &size);
  charge_bytes(lua, size);
  charge(lua, size / 4);
  luaL_Buffer buffer;
  char *target = luaL_buffinitsize(lua, &buffer, size / 4 * 3 + 3), *start = target;
  size_t padding = 0, count = 0;
  uint32_t group = 0;
  for (size_t index = 0; index < size; index++) {
    char letter = text[index];
    if (letter == '\n' || letter == '\r') continue;
    if (letter == '=') {
      padding++;
      continue;
    }
    int bits = bits_of(letter);
    if (bits < 0 || padding > 0) return luaL_error(lua, "the text is not base64 at byte %I", (LUAI_UACINT)(index + 1));
    group = group << 6 | (uint32_t)bits;
    if (++count % 4 != 0) continue;
    *target++ = (char)(group >> 16);
    *target++ = (char)(group >> 8);
    *target++ = (char)group;
  }
  if (count % 4 == 1 || padding > 2 || (padding > 0 && (count + padding) % 4 != 0)) {
    return luaL_error(lua, "the text is cut off, so it is not base64");
  }
  if (count % 4 == 2) *target++ = (char)(group >> 4);
  if (count % 4 == 3) {
    *target++ = (char)(group >> 10);
    *target++ = (char)(group >> 2);
  }
  luaL_pushresultsize(&buffer, (size_t)(target - start));
  return 1;
}

void add_digests(lua_State *lua) {
  static const luaL_Reg functions[] = {
      {"sha256", sha256}, {"base64", base64}, {"base64decode", base64decode}, {NULL, NULL}};
  luaL_setfuncs(lua, functions, 0);
}
