/** The two other processes of the relay measurement: the callers, and the bare relay they talk through. */
import { Audio, PeerConnection } from 'node-datachannel';

const FRAME_MS = 20;
const legs = [];

function openLeg(onPacket) {
  const connection = new PeerConnection('leg', {
    iceServers: [],
    bindAddress: '127.0.0.1',
    forceMediaTransport: true,
    disableAutoNegotiation: true,
  });
  const media = new Audio('0', 'SendRecv');
  media.addAudioCodec(0, 'PCMU');
  const track = connection.addTrack(media);
  const leg = { connection, track, packet: Buffer.alloc(172, 0xff), sequence: 0, timestamp: 0 };
  leg.opened = new Promise((resolve) => {
    track.onOpen(resolve);
  });
  track.onMessage((packet) => onPacket(leg, packet));
  legs.push(leg);
  return leg;
}

function gathered(connection) {
  return new Promise((resolve) => {
    connection.onGatheringStateChange((state) => {
      if (state === 'complete') resolve(connection.localDescription().sdp);
    });
  });
}

const isRtp = (packet) => packet[1] < 192 || packet[1] > 223;

const relay = {
  async answer({ leg, sdp }) {
    const { connection } = openLeg((from, packet) => {
      if (!isRtp(packet) || from.other === undefined) return;
      packet.writeUInt32BE(leg + 1, 8);
      from.other.track.sendMessageBinary(packet);
    });
    const description = gathered(connection);
    connection.setRemoteDescription(sdp, 'offer');
    connection.setLocalDescription('answer');
    return await description;
  },
  bridge() {
    for (const [index, leg] of legs.entries()) leg.other = legs[index ^ 1];
    return true;
  },
};

let heard = 0;

const callers = {
  async offer() {
    const { connection } = openLeg((_, packet) => {
      if (isRtp(packet)) heard += 1;
    });
    const description = gathered(connection);
    connection.setLocalDescription('offer');
    return `${await description}`.replace('a=rtpmap:0 PCMU/8000/1', 'a=rtpmap:0 PCMU/8000');
  },
  async accept({ leg, sdp }) {
    legs[leg].connection.setRemoteDescription(sdp, 'answer');
    await legs[leg].opened;
    return true;
  },
  talk() {
    let next = performance.now();
    const turn = () => {
      for (const [index, leg] of legs.entries()) {
        leg.sequence = (leg.sequence + 1) & 0xffff;
        leg.timestamp = (leg.timestamp + 160) >>> 0;
        leg.packet[0] = 0x80;
        leg.packet[1] = 0;
        leg.packet.writeUInt16BE(leg.sequence, 2);
        leg.packet.writeUInt32BE(leg.timestamp, 4);
        leg.packet.writeUInt32BE(index + 1, 8);
        leg.track.sendMessageBinary(leg.packet);
      }
      next += FRAME_MS;
      setTimeout(turn, next - performance.now());
    };
    turn();
    return true;
  },
  heard: () => heard,
};

const role = process.argv[2] === 'relay' ? relay : callers;
process.on('message', (request) => {
  void Promise.resolve(role[request.type](request)).then((answer) => process.send(answer));
});
process.on('disconnect', () => process.exit(0));
