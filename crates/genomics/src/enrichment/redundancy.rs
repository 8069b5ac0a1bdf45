//! Sets that say the same.
