#version 330 core

layout(location = 0) in vec3 position;
layout(location = 1) in vec2 texcoord;

uniform mat4 camera_from_world;
uniform mat4 clip_from_camera;

out vec3 from_eye;  // camera axes
out vec2 uv;

void main()
{
    vec4 place = camera_from_world * vec4(position, 1.0);
    from_eye = place.xyz;
    uv = texcoord;
    gl_Position = clip_from_camera * place;
}
