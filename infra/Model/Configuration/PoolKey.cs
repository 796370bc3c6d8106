using Byon.Platform;

namespace Byon.Infra.Model.Configuration;

/// <summary>The pool's key is checked here and handed on by the program as a secret; no record holds it.</summary>
internal static class PoolKey
{
    public static bool Read(ValueReader values)
    {
        var text = values.Required(ConfigurationKeys.PoolKey, "pulumi config set --secret byon:poolKey $(openssl rand -base64 32)");
        Span<byte> key = stackalloc byte[ControlOptions.KeySize + 1];
        var isKey = Convert.TryFromBase64String(text, key, out var length) && length == ControlOptions.KeySize;
        if (text.Length > 0 && !isKey) values.Complain(ConfigurationKeys.PoolKey, $"is not {ControlOptions.KeySize} bytes in base64.");
        return isKey;
    }
}
