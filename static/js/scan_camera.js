// The device's camera: opened, switched, and taken pictures of, scaled to what the detector can use.
const LONGEST_SIDE = 1280;
const QUALITY = 0.82;

/** `title` and `message` are for the person who holds the device. */
export class CameraError extends Error {
  constructor(title, message) {
    super(message);
    this.title = title;
  }
}

const REASONS = {
  NotAllowedError: () => [gettext("The camera is not allowed"), gettext("Allow it for this page in the browser’s settings, then start again.")],
  NotFoundError: () => [gettext("No camera was found"), gettext("This device has none, or it is not plugged in.")],
  NotReadableError: () => [gettext("The camera is in use"), gettext("Close the other program that uses it, then start again.")],
};

export class Camera {
  constructor(video) {
    this.video = video;
    this.canvas = document.createElement("canvas");
    this.devices = [];
    this.chosen = null;
  }

  get count() { return this.devices.length; }

  /** Throws `CameraError`. The one at the back comes first. */
  async open() {
    if (!navigator.mediaDevices?.getUserMedia) {
      throw new CameraError(gettext("The camera cannot be used here"), gettext("Browsers give it only to pages that came over https, or from this device itself. Open this page by its https address."));
    }
    this.close();
    const which = this.chosen ? { deviceId: { exact: this.chosen } } : { facingMode: { ideal: "environment" } };
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { ...which, width: { ideal: 1920 }, height: { ideal: 1080 } } });
    } catch (error) {
      const [title, message] = REASONS[error.name]?.() ?? [gettext("The camera does not start"), error.message];
      throw new CameraError(title, message);
    }
    this.video.srcObject = this.stream;
    await this.video.play();
    this.devices = (await navigator.mediaDevices.enumerateDevices()).filter((device) => device.kind === "videoinput");
  }

  async next() {
    const now = this.stream?.getVideoTracks()[0]?.getSettings().deviceId;
    const place = this.devices.findIndex((device) => device.deviceId === now);
    this.chosen = this.devices[(place + 1) % this.devices.length]?.deviceId ?? null;
    await this.open();
  }

  close() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.video.srcObject = null;
  }

  /** A JPEG of what the camera sees now; null while it sees nothing. */
  picture() {
    const { videoWidth: width, videoHeight: height } = this.video;
    if (!width || !this.stream) return Promise.resolve(null);
    const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height));
    this.canvas.width = Math.round(width * scale);
    this.canvas.height = Math.round(height * scale);
    this.canvas.getContext("2d").drawImage(this.video, 0, 0, this.canvas.width, this.canvas.height);
    return new Promise((resolve) => { this.canvas.toBlob(resolve, "image/jpeg", QUALITY); });
  }
}
