#version 330 core

// PART says which part of a layer this pass draws:
//   0  triangles that are opaque throughout
//   1  the opaque texels of the others
//   2  their soft texels, to be blended over what is behind
// The same numbers as in raster.py: blended, opaque from 254/255 and nothing below 1/255; cut by a
// mask, opaque from one half.

in vec3 from_eye;
in vec2 uv;

uniform sampler2D layer;
uniform float opaque_from;

layout(location = 0) out vec4 colour;    // premultiplied
layout(location = 1) out vec4 distance;  // in red; alpha says whether it counts

ivec2 size = textureSize(layer, 0);

// Columns wrap; the texture is stored with its last row first.
vec4 texel(int column, int row)
{
    column = column % size.x;
    if (column < 0) column += size.x;
    return texelFetch(layer, ivec2(column, size.y - 1 - row), 0);
}

// Bilinear, clamped at the poles.
float alpha(ivec2 corner, vec2 part)
{
    int top = clamp(corner.y, 0, size.y - 1), bottom = clamp(corner.y + 1, 0, size.y - 1);
    vec2 left = vec2(texel(corner.x, top).a, texel(corner.x, bottom).a);
    vec2 right = vec2(texel(corner.x + 1, top).a, texel(corner.x + 1, bottom).a);
    vec2 column = mix(left, right, part.x);
    return mix(column.x, column.y, part.y);
}

// Catmull-Rom's four weights.
vec4 cubic(float t)
{
    return vec4(((2.0 - t) * t - 1.0) * t,
                (3.0 * t - 5.0) * t * t + 2.0,
                ((4.0 - 3.0 * t) * t + 1.0) * t,
                (t - 1.0) * t * t) / 2.0;
}

// Bicubic; rows go on over a pole half a turn away. Not weighted by alpha: textures carry the
// rim's colour on beyond the rim.
vec3 bicubic(ivec2 corner, vec2 part)
{
    vec4 across = cubic(part.x), down = cubic(part.y);
    vec3 sum = vec3(0.0);
    for (int j = 0; j < 4; ++j) {
        int row = corner.y - 1 + j, turn = 0;
        if (row < 0) {
            row = -1 - row;
            turn = size.x / 2;
        } else if (row >= size.y) {
            row = 2 * size.y - 1 - row;
            turn = size.x / 2;
        }
        int column = corner.x - 1 + turn;
        sum += down[j] * (across.x * texel(column, row).rgb + across.y * texel(column + 1, row).rgb
            + across.z * texel(column + 2, row).rgb + across.w * texel(column + 3, row).rgb);
    }
    return clamp(sum, 0.0, 1.0);
}

void main()
{
    vec2 at = uv * vec2(size) - 0.5;
    ivec2 corner = ivec2(floor(at));
    vec2 part = at - vec2(corner);
    float a = 1.0;
#if PART == 1
    if (alpha(corner, part) < opaque_from) discard;
#elif PART == 2
    a = alpha(corner, part);
    if (a < 1.0 / 255.0 || a >= opaque_from) discard;
#endif
    colour = vec4(a * bicubic(corner, part), a);
    distance = vec4(length(from_eye), 0.0, 0.0, step(0.5, a));
}
