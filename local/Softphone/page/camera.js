// The camera, which a call can do without.

/** Null where there is no camera, or the person does not want it to be used: the call goes on without. */
export async function openCamera() {
  try {
    return await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 24 } } });
  } catch {
    return null;
  }
}
