"""The ground floor: types, ports, errors and pure rules; standard library only."""
