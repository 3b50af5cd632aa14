module example.com/outsider

go 1.26.0

require github.com/portico-emulator/portico v0.0.0

replace github.com/portico-emulator/portico => ../../..
