using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using Byon.Platform;
using Byon.Platform.Events;
using Byon.Platform.Stores;
using Microsoft.Extensions.Options;

namespace Byon.Functions.Channels;

/// <summary>
/// The user name under which a channel's sockets are known to Web PubSub. It says whose they are to us and, being sealed with
/// the pool's key, to nobody else; nobody else can make one either. So a call from the service needs no look-up of an index.
/// </summary>
internal sealed class ChannelTicket(IOptions<ControlOptions> options)
{
    private const int Size = sizeof(ulong) + (2 * IdSize);
    private const int IdSize = 16;
    private const int LongestTicket = 256;

    private readonly byte[] _key = options.Value.PoolKeyBytes;

    /// <param name="device">Its deviceId is a UUID, as every one that came through the API.</param>
    public string Issue(DeviceKey device, string channelId)
    {
        Span<byte> plain = stackalloc byte[Size];
        BinaryPrimitives.WriteUInt64BigEndian(plain, ulong.Parse(device.PhoneNumber.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture));
        Guid.Parse(device.DeviceId).TryWriteBytes(plain[sizeof(ulong)..]);
        Guid.Parse(channelId).TryWriteBytes(plain[(sizeof(ulong) + IdSize)..]);
        return Base64Url.EncodeToString(Sealed.Seal(_key, plain, "channel ticket"u8));
    }

    /// <summary>Null for what is no ticket of ours.</summary>
    public (DeviceKey Device, string ChannelId)? Read(string ticket)
    {
        if (ticket.Length > LongestTicket || !Base64Url.IsValid(ticket))
        {
            return null;
        }

        try
        {
            var plain = Sealed.Open(_key, Base64Url.DecodeFromChars(ticket), "channel ticket"u8);
            var number = string.Create(CultureInfo.InvariantCulture, $"+{BinaryPrimitives.ReadUInt64BigEndian(plain)}");
            var device = new Guid(plain.AsSpan(sizeof(ulong), IdSize)).ToString("D");
            return (new DeviceKey(number, device), new Guid(plain.AsSpan(sizeof(ulong) + IdSize)).ToString("D"));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
