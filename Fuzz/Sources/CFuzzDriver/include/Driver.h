#pragma once

int Frames_main(int argc, char **argv);
int Messages_main(int argc, char **argv);
