using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Byon.Functions.Push;

/// <summary>A JWT of our own making in compact form (RFC 7515 §7.1), with which push services know us.</summary>
internal static class SignedJwt
{
    /// <param name="keyId">The header kid, where the service asks for one.</param>
    public static string Es256(ECDsa key, string? keyId, Action<Utf8JsonWriter> writeClaims) =>
        Create("ES256", keyId, writeClaims, input => key.SignData(input, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));

    public static string Rs256(RSA key, string? keyId, Action<Utf8JsonWriter> writeClaims) =>
        Create("RS256", keyId, writeClaims, input => key.SignData(input, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

    private static string Create(string algorithm, string? keyId, Action<Utf8JsonWriter> writeClaims, Func<byte[], byte[]> sign)
    {
        var header = Object(json =>
        {
            json.WriteString("alg", algorithm);
            json.WriteString("typ", "JWT");
            if (keyId is not null)
            {
                json.WriteString("kid", keyId);
            }
        });
        var input = header + "." + Object(writeClaims);
        return input + "." + Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(input)));
    }

    private static string Object(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return Base64Url.EncodeToString(buffer.WrittenSpan);
    }
}
