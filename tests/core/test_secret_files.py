"""core/secret_files: files that are never captured."""

import pytest

from gittrack.core.secret_files import is_withheld


@pytest.mark.parametrize(
    "path",
    [
        *(".env", "a/.env", ".env.local", ".envrc", ".ENV", "prod.env", ".netrc"),
        *("_netrc", ".pypirc"),
        *("id_rsa", ".ssh/id_ed25519", "server.pem", "a/b/tls.KEY", "x.p12"),
        *("kubeconfig", ".npmrc"),
        *(".kube/config", "home/.kube/config", ".aws/credentials", "x/.docker/config.json"),
        *("credentials.json", "client_secret_1.json", "service-account-x.json", "secrets.yaml"),
        *(".git-credentials", ".htpasswd", "a.kdbx"),
        *("kaggle.json", ".kaggle/kaggle.json", ".cache/huggingface/token", "token.json"),
        *(".config/gh/hosts.yml", ".config/gcloud/application_default_credentials.json"),
        *(".config/gcloud/credentials.db", ".azure/accessTokens.json", ".aws/sso/cache/a.json"),
        *(".streamlit/secrets.toml", "terraform.tfvars", "prod.tfvars.json", "terraform.tfstate"),
        *(".cargo/credentials.toml", ".vault-token", ".my.cnf", ".boto", ".Renviron"),
        *(".jupyter/jupyter_server_config.json", "local.settings.json", ".databrickscfg"),
        *(".bash_history", ".zsh_history", ".python_history", ".node_repl_history"),
        *("fish/fish_history", ".viminfo", ".ssh/known_hosts", "deploy_rsa", ".ssh/config"),
    ],
)
def test_files_that_hold_keys_are_withheld(path):
    assert is_withheld(path)


@pytest.mark.parametrize(
    "path",
    [
        *("train.py", "environment.yml", "env.yaml", ".env.example", "a/.env.sample", "id_rsa.pub"),
        *("config", "kube/config", "keys.py", "monkey", "credentials.py"),
        *("secrets.py", ".envs/a.py", "tokenizer.json", "token.py", "kaggle.py", "history.py"),
        *(
            "train_history.json",
            "gh/hosts.py",
            "keyboard.json",
            "main.tf",
            "terraform.tfvars.example",
        ),
        *("huggingface/tokenizer.py", ".streamlit/config.toml", "data.bak", "train.py~", "a.1"),
        *(".github/workflows/ci.yml", ".aws/task-definition.json", "credentials.example.json"),
    ],
)
def test_other_files_are_not(path):
    assert not is_withheld(path)


@pytest.mark.parametrize(
    "path",
    [
        *("id_rsa.bak", "id_rsa~", "#id_rsa#", "id_rsa.old", "id_rsa_backup", "server.key.1"),
        *("kaggle.json.orig", ".kaggle.json.swp", "a/.netrc.bak2", "terraform.tfstate.backup"),
    ],
)
def test_a_backup_of_such_a_file_is_withheld_too(path):
    assert is_withheld(path)


def test_the_backup_of_a_public_file_is_not():
    assert not is_withheld("id_rsa.pub.bak")
