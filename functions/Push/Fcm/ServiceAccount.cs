using System.Security.Cryptography;
using System.Text.Json;

namespace Byon.Functions.Push.Fcm;

/// <summary>A Google service account, as its key file says.</summary>
/// <param name="PrivateKey">PKCS#8 in PEM.</param>
internal sealed record ServiceAccount(string ProjectId, string ClientEmail, string? PrivateKeyId, string PrivateKey, Uri TokenUri)
{
    /// <param name="jsonOrPath">The file's content, or where it lies.</param>
    /// <param name="fault">What is wrong; never a part of the key.</param>
    public static ServiceAccount? TryRead(string jsonOrPath, out string fault)
    {
        try
        {
            var text = jsonOrPath.TrimStart().StartsWith('{') ? jsonOrPath : File.ReadAllText(jsonOrPath);
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            var account = new ServiceAccount(
                Member(root, "project_id"), Member(root, "client_email"),
                root.TryGetProperty("private_key_id", out var id) ? id.GetString() : null,
                Member(root, "private_key"), new Uri(Member(root, "token_uri"), UriKind.Absolute));
            using var key = RSA.Create();
            key.ImportFromPem(account.PrivateKey);
            fault = "";
            return account;
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException)
        {
            fault = "the file cannot be read.";
        }
        catch (Exception unusable) when (unusable is JsonException or InvalidOperationException or KeyNotFoundException or UriFormatException)
        {
            fault = "it is no key file with project_id, client_email, private_key and token_uri.";
        }
        catch (Exception unusable) when (unusable is CryptographicException or ArgumentException)
        {
            fault = "its private_key is no RSA key in PEM.";
        }

        return null;
    }

    private static string Member(JsonElement root, string name) =>
        root.GetProperty(name).GetString() is { Length: > 0 } text ? text : throw new KeyNotFoundException(name);
}
