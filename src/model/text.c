#include "model/text.h"

enum {
    CONTAINER_LIMIT = 1 << 18, /* lists and objects: some 250 bytes each */
    VALUE_LIMIT = 1 << 20      /* members of all lists and objects: some 40 bytes each */
};

bool text_is_plain(const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c; c++)
        if (*c < 0x20 || *c == 0x7F || (*c == 0xC2 && c[1] >= 0x80 && c[1] < 0xA0))
            return false;
    return true;
}

bool text_is_modest_json(const char *text, size_t size)
{
    size_t containers = 0, commas = 0;
    bool in_string = false;

    for (size_t i = 0; i < size; i++) {
        if (in_string && text[i] == '\\')
            i++;
        else if (text[i] == '"')
            in_string = !in_string;
        else if (!in_string && (text[i] == '{' || text[i] == '['))
            containers++;
        else if (!in_string && text[i] == ',')
            commas++;
    }
    return containers <= CONTAINER_LIMIT && commas <= VALUE_LIMIT;
}
