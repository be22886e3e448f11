// What can be switched on for this device.
import "./keep-today.js";
import "./push-switch.js";
