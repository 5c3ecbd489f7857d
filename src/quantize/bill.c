#include "quantize/bill.h"

#include <math.h>

static void add_line(struct bill_line *total, const struct bill_line *part)
{
    total->ideal_bits += part->ideal_bits;
    total->packed_bits += part->packed_bits;
}

void bill_add(struct bill *total, const struct bill *part)
{
    add_line(&total->payload, &part->payload);
    add_line(&total->map, &part->map);
    add_line(&total->grid, &part->grid);
    add_line(&total->untouched, &part->untouched);
    total->code_bits += part->code_bits;
    total->scope_weights += part->scope_weights;
    total->squared_error += part->squared_error;
    total->squared_deviation += part->squared_deviation;
}

void bill_add_sums(struct bill *bill, const struct chunk_sums *s, size_t n_chunks, size_t n)
{
    double sum = 0, squares = 0;
    for (size_t c = 0; c < n_chunks; c++) {
        sum += s[c].sum;
        squares += s[c].sum_squares;
        bill->squared_error += s[c].squared_error;
    }
    bill->scope_weights += (int64_t)n;
    bill->squared_deviation += fmax(0, squares - sum * sum / (double)n);
}

double entropy_bits(const uint64_t *count, size_t n_symbols)
{
    double n = 0, bits = 0;
    for (size_t i = 0; i < n_symbols; i++) {
        n += (double)count[i];
    }
    for (size_t i = 0; i < n_symbols; i++) {
        if (count[i]) {
            bits += (double)count[i] * log2(n / (double)count[i]);
        }
    }
    return bits;
}

double bill_relative_error(const struct bill *b)
{
    return b->squared_deviation > 0 ? b->squared_error / b->squared_deviation : (double)NAN;
}

static double per_weight(const struct bill *b, double bits)
{
    return b->scope_weights ? bits / (double)b->scope_weights : (double)NAN;
}

double bill_payload(const struct bill *b)
{
    return per_weight(b, (double)b->code_bits);
}

double bill_ideal_map(const struct bill *b)
{
    return per_weight(b, (double)b->code_bits + b->map.ideal_bits + b->grid.ideal_bits);
}

double bill_entropy(const struct bill *b)
{
    return per_weight(b, b->payload.ideal_bits + b->map.ideal_bits + b->grid.ideal_bits);
}

double bill_packed(const struct bill *b)
{
    return per_weight(b,
                      (double)(b->payload.packed_bits + b->map.packed_bits + b->grid.packed_bits));
}
