#version 330 core

// samples² drawn pixels become one: colours averaged, the distance of the middle one, a hole where
// any is. The top row of the picture becomes the first in memory.

uniform sampler2D drawn_colour;    // premultiplied
uniform sampler2D drawn_distance;  // 0 where there is nothing
uniform int samples;
uniform int rows;  // of what was drawn

layout(location = 0) out vec4 colour;  // alpha 0 is a hole
layout(location = 1) out float distance;

ivec2 drawn(int i, int j)
{
    ivec2 at = ivec2(gl_FragCoord.xy) * samples + ivec2(i, j);
    return ivec2(at.x, rows - 1 - at.y);
}

void main()
{
    vec3 sum = vec3(0.0);
    float shown = 1.0;
    for (int j = 0; j < samples; ++j) {
        for (int i = 0; i < samples; ++i) {
            vec4 one = texelFetch(drawn_colour, drawn(i, j), 0);
            sum += one.rgb / max(one.a, 1.0 / 255.0);
            shown = min(shown, step(0.5, one.a));
        }
    }
    float far = texelFetch(drawn_distance, drawn(samples / 2, samples / 2), 0).r;
    colour = vec4(sum / float(samples * samples), shown);
    distance = far > 0.0 ? far : uintBitsToFloat(0x7f800000u);
}
